using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>
/// The answers that somebody has made for the requests of a body before it is sent. They wait in the folder of the service for a batch of
/// the same bytes, whichever process sends it, and are that batch's from then on.
/// </summary>
/// <param name="stateFolder">The folder in which the emulated service keeps its batches.</param>
public sealed class AnswerStore(string stateFolder)
{
    private readonly string _root = Path.Combine(stateFolder, "answers");

    /// <summary>Tells whether answers wait for a body.</summary>
    public bool Has(string bodyPath) => Directory.Exists(_root) && File.Exists(PathOf(bodyPath));

    /// <summary>Has the requests of a body answered, one after the other on this thread, and stores all answers or none.</summary>
    /// <param name="bodyPath">The file of the body, as it will be sent.</param>
    /// <param name="answer">Gives the answer to a request; null for the answer of the plan.</param>
    public void Fill(string bodyPath, Func<AskedRequest, ScriptedAnswer?> answer)
    {
        Directory.CreateDirectory(_root);
        string path = PathOf(bodyPath);
        string unfinished = Path.Combine(_root, Guid.NewGuid().ToString("N") + ".new");
        try
        {
            Write(bodyPath, unfinished, answer);
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>Gives the answers that wait for a body to a batch; none where there are none.</summary>
    internal void Take(string bodyPath, string answersOfBatch)
    {
        if (Has(bodyPath))
        {
            File.Move(PathOf(bodyPath), answersOfBatch, overwrite: true);
        }
    }

    private static void Write(string bodyPath, string path, Func<AskedRequest, ScriptedAnswer?> answer)
    {
        using StreamWriter lines = new(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        foreach (ReadOnlyMemory<byte> item in BodyScanner.Items(bodyPath))
        {
            using JsonDocument document = JsonDocument.Parse(item);
            string id = document.RootElement.GetProperty("custom_id").GetString()!;
            if (answer(AskedRequest.Of(id, document.RootElement.GetProperty("params"))) is { } given)
            {
                lines.WriteLine(given.Line(id));
            }
        }
    }

    private string PathOf(string bodyPath)
    {
        using FileStream body = new(bodyPath, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
        return Path.Combine(_root, Convert.ToHexString(SHA256.HashData(body)) + ".jsonl");
    }
}
