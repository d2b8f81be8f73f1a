using System.Text;
using System.Text.Json;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Uploads;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Uploads;

/// <summary>An engine, local files, and requests that name them.</summary>
internal sealed class UploadFixture : IDisposable
{
    public UploadFixture(EmulatorPlan? plan = null)
        => Engine = new EngineFixture(plan, service => Network = new InterferingHandler(service));

    public EngineFixture Engine { get; }

    public InterferingHandler Network { get; private set; } = null!;

    /// <summary>What the last uploader has said.</summary>
    public List<string> Said { get; } = [];

    public FileUploader Uploader => new(Engine.Ledger, Engine.Api, Said.Add, static () => 0);

    /// <summary>The ids of the files that the service has.</summary>
    public string[] AtService => !Directory.Exists(StateOfFiles) ? [] : [.. Directory.GetFiles(StateOfFiles, "*.json")
        .Select(static f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    private string StateOfFiles => Path.Combine(Engine.Root, "service", "files");

    public string Pdf(string name = "manual.pdf", string content = "content")
    {
        string path = Path.Combine(Engine.Root, name);
        File.WriteAllText(path, "%PDF-1.4\n" + content);
        return path;
    }

    public static PreparedRequest Request(string id, params string[] paths)
    {
        using RequestTemplate template = new("claude-haiku-4-5", 100, []);
        return template.Render(id, "Hi", [.. paths.Select(static p => Attachment.Uploaded(p, isImage: false))]);
    }

    public JobInput Open(string job, int maxAttempts = 1, Func<JobRecord, FileToUpload, string>? idOf = null, RequestChecker? checker = null)
    {
        FileUploader uploader = Uploader;
        return JobInput.Open(Engine.Ledger, new JobInputOptions
        {
            Name = job,
            Connection = Engine.Connection,
            MaxAttempts = maxAttempts,
            Checker = checker,
            IdOfFile = idOf ?? ((of, file) => uploader
                .IdOfAsync(of, file, UploadTerms.For(maxAttempts, 1), CancellationToken.None).GetAwaiter().GetResult()),
        });
    }

    public static InputVerdict Add(JobInput input, PreparedRequest request) => input.Add(
        request.CustomId, request.Utf8.Span, """{"row":1}"""u8, uploads: request.Uploads);

    public SealedInput Seal(string job, IEnumerable<PreparedRequest> requests, int maxAttempts = 1)
    {
        using JobInput input = Open(job, maxAttempts);
        foreach (PreparedRequest request in requests)
        {
            Add(input, request);
        }

        return input.Seal();
    }

    public SealedInput Seal(string job, int rows, string path, int maxAttempts = 1)
        => Seal(job, Enumerable.Range(1, rows).Select(i => Request($"r{i}", path)), maxAttempts);

    /// <summary>Gives the ids of files in a part, as it is sent.</summary>
    public IReadOnlyList<string> IdsIn(BatchRecord batch) => UploadForms.IdsIn(
        File.ReadAllBytes(Engine.Ledger.Folder.Spool(batch.JobId, batch.Part)), static _ => true);

    /// <summary>Counts the calls of a method to the Files API.</summary>
    public static bool IsFileCall(HttpRequestMessage request, HttpMethod method)
        => request.Method == method && request.RequestUri!.AbsolutePath.StartsWith("/v1/files", StringComparison.Ordinal);

    public Task DeleteAtServiceAsync(string id) => Engine.Api.DeleteFileAsync(id, CancellationToken.None);

    public string LineOf(BatchRecord batch, string customId) => File.ReadLines(Engine.Ledger.Folder.Results(batch.JobId, batch.Part, 1), Encoding.UTF8)
        .First(l => JsonDocument.Parse(l).RootElement.GetProperty("custom_id").GetString() == customId);

    public void Dispose() => Engine.Dispose();
}
