using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Text;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;

namespace ClaudeBatch.Rows;

/// <summary>One way in which rows are asked: the template, and what is made of each row.</summary>
/// <param name="variant">The name of the way; null where there is but one.</param>
/// <param name="template">What all requests share.</param>
/// <param name="prompt">The prompt; null where the row is the prompt, or there are messages.</param>
/// <param name="messages">Whole messages; null where there is a prompt.</param>
internal sealed class RequestMaker(string? variant, RequestTemplate template, RowText? prompt, RowMessages? messages) : IDisposable
{
    private byte[] _messages = [];

    private string _prompt = string.Empty;

    private List<Attachment>? _attachments;

    public string? Variant => variant;

    public RowFiles? Images { get; init; }

    public RowFiles? Documents { get; init; }

    public PromptWatch Watch { get; } = new();

    /// <summary>The properties of rows that are used.</summary>
    public IEnumerable<string> Names => [.. prompt?.Names ?? [], .. Images?.Names ?? [], .. Documents?.Names ?? []];

    /// <summary>Whether a row needs the pipeline's thread: a script block runs there alone, and so does what asks the shell for paths.</summary>
    public bool HasShellWork => messages is not null || Images is not null || Documents is not null || prompt?.IsScript == true;

    /// <summary>The templates in which a column may be misspelt, with the names of their parameters.</summary>
    public IEnumerable<(string Parameter, TextTemplate Template)> Templates()
    {
        if (prompt?.Template is { } text)
        {
            yield return ("Prompt", text);
        }

        if (messages?.Texts is { } texts)
        {
            yield return ("Message", texts);
        }
    }

    /// <summary>Reads what is asked of a row; <see cref="Render"/> makes the request of it.</summary>
    /// <returns>The prompt, or the messages as JSON.</returns>
    [MethodImpl(Hot.AtOnce)]
    public string Ask(ShellRow? row)
    {
        if (messages is not null)
        {
            _messages = messages.Render(row);
            return Encoding.UTF8.GetString(_messages);
        }

        _prompt = PromptOf(row);
        _attachments = Images is null && Documents is null ? null : [.. Documents?.Render(row) ?? [], .. Images?.Render(row) ?? []];
        return _prompt;
    }

    /// <summary>Makes the request of the row that was read last.</summary>
    [MethodImpl(Hot.AtOnce)]
    public PreparedRequest Render(string id)
        => messages is null ? template.Render(id, _prompt, _attachments) : template.RenderMessages(id, _messages);

    /// <summary>Gives the warnings about all rows.</summary>
    public IEnumerable<string> Warnings()
        => Watch.Warnings.Concat(Watch.End(hasFiles: Images?.IsSame == false || Documents?.IsSame == false));

    public void Dispose() => template.Dispose();

    [MethodImpl(Hot.AtOnce)]
    private string PromptOf(ShellRow? row)
    {
        if (prompt is null && row is not { IsText: true })
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "PromptMissing",
                row is { Heading: null, Bare: global::System.Collections.IList }
                    ? "The row is a list: pipe its elements one by one, or say what to ask with -Prompt, such as -Prompt '{{_}}'."
                    : "The row is not text; say what to ask with -Prompt, such as -Prompt '{{Body}}'.");
        }

        string text = prompt is null ? (string)row!.Bare : prompt.Render(row);
        return string.IsNullOrWhiteSpace(text)
            ? throw new ClaudeBatchException(
                FailureKind.InvalidRequest,
                "PromptEmpty",
                "The prompt is empty or has nothing but white space; the service refuses such text.")
            : JsonText.Valid(text);
    }
}
