using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;
using ClaudeBatch.Pipeline;
using ClaudeBatch.Requests;

namespace ClaudeBatch.Commands;

/// <summary>Makes a request of each row.</summary>
[Cmdlet(VerbsCommon.New, "ClaudeBatchRequest")]
[OutputType(typeof(BatchRequest))]
public sealed class NewClaudeBatchRequestCommand : AsyncCommand
{
    private readonly Dictionary<string, int> _defaultIds = [];

    private RequestTemplate? _template;

    private RowText? _prompt;

    private RowText? _customId;

    private SourceWriter? _source;

    private byte[]? _messages;

    private long _rows;

    private long _equalRows;

    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? Model { get; set; }

    [Parameter(Mandatory = true)]
    [ValidateRange(1, int.MaxValue)]
    public int MaxTokens { get; set; }

    /// <summary>A string, or text blocks.</summary>
    [Parameter]
    public object? System { get; set; }

    /// <summary>A template, or a script block run for each row.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Prompt { get; set; }

    /// <summary>A template, or a script block run for each row.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? CustomId { get; set; }

    /// <summary>Whole messages in place of a prompt.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? Message { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? StopSequence { get; set; }

    /// <summary>Any other field of the params, passed through.</summary>
    [Parameter]
    public IDictionary? AdditionalParameter { get; set; }

    /// <summary>The properties of the row that are kept beside the request.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [SupportsWildcards]
    public string[]? SourceProperty { get; set; }

    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        if (Message is not null && Prompt is not null)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "ParameterConflict", "-Message and -Prompt both say what to ask; give one of them.");
        }

        _template = new RequestTemplate(Model!, MaxTokens, Fields());
        _prompt = Prompt is null ? null : new RowText(Prompt, nameof(Prompt));
        _customId = CustomId is null ? null : new RowText(CustomId, nameof(CustomId));
        _messages = Message is null ? null : JsonText.Write(Message);
        _source = new SourceWriter(SourceProperty, (_prompt?.Names ?? []).Concat(_customId?.Names ?? []));
        return Task.CompletedTask;
    }

    // A row costs microseconds; the asynchronous pump would double that.
    protected override void ProcessRecord() => Guard(AddRow, InputObject);

    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        if (_equalRows > 0)
        {
            Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"{_equalRows} rows were equal to an earlier one; their ids got a number at the end. Give -CustomId to name rows yourself."));
        }

        return Task.CompletedTask;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _template?.Dispose();
            _source?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void AddRow()
    {
        _rows++;
        bool hasRow = MyInvocation.ExpectingInput || MyInvocation.BoundParameters.ContainsKey(nameof(InputObject));
        if (hasRow && InputObject is null)
        {
            throw new ClaudeBatchException(FailureKind.InvalidRequest, "RowEmpty", $"Row {_rows} is null.");
        }

        ShellRow? row = hasRow ? new ShellRow(InputObject!, _rows) : null;
        ReadOnlyMemory<byte> source = row is null ? default : _source!.Write(row);
        string prompt = _messages is null ? PromptOf(row) : string.Empty;
        string id = _customId is null ? DefaultId(row, prompt) : CheckedId(_customId.Render(InputObject, row));
        WriteObject(BatchRequest.From(
            _messages is null ? _template!.Render(id, prompt) : _template!.RenderMessages(id, _messages), source));
    }

    private string PromptOf(ShellRow? row)
    {
        if (_prompt is null && row is not { IsText: true })
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "PromptMissing", $"Row {_rows} is not text; say what to ask with -Prompt, such as -Prompt '{{{{Body}}}}'.");
        }

        string prompt = _prompt is null ? (string)((PSObject)PSObject.AsPSObject(InputObject!)).BaseObject : _prompt.Render(InputObject, row);
        return prompt.Length > 0
            ? prompt
            : throw new ClaudeBatchException(
                FailureKind.InvalidRequest, "PromptEmpty", $"The prompt of row {_rows} is empty; the service refuses empty text.");
    }

    private static string CheckedId(string id)
        => Core.Requests.CustomId.Fault(id) is { } fault
            ? throw new ClaudeBatchException(FailureKind.InvalidRequest, "CustomIdInvalid", fault)
            : id;

    // From the row and not from the request: a changed system prompt must be a conflict, not a new job.
    private string DefaultId(ShellRow? row, string prompt)
    {
        string id = Core.Requests.CustomId.FromContent(row is null ? _messages ?? Encoding.UTF8.GetBytes(prompt) : _source!.Identity(row));
        int seen = _defaultIds.GetValueOrDefault(id) + 1;
        _defaultIds[id] = seen;
        if (seen == 1)
        {
            return id;
        }

        _equalRows++;
        return string.Create(CultureInfo.InvariantCulture, $"{id}-{seen}");
    }

    private IEnumerable<(string Name, ReadOnlyMemory<byte> Json)> Fields()
    {
        if (System is not null)
        {
            yield return ("system", JsonText.Write(System));
        }

        if (StopSequence is not null)
        {
            yield return ("stop_sequences", JsonText.Write(StopSequence));
        }

        if (AdditionalParameter is null)
        {
            yield break;
        }

        IEnumerable<object> keys = AdditionalParameter.Keys.Cast<object>();
        foreach (object key in AdditionalParameter is Hashtable ? keys.OrderBy(JsonText.Invariant, StringComparer.Ordinal) : keys)
        {
            string name = JsonText.Invariant(key);
            if (name is "model" or "max_tokens" or "messages" or "system" or "stop_sequences")
            {
                throw new ClaudeBatchException(
                    FailureKind.InvalidArgument, "ParameterConflict", $"'{name}' has a parameter of its own; leave it out of -AdditionalParameter.")
                { Target = name };
            }

            yield return (name, JsonText.Write(AdditionalParameter[key]));
        }
    }
}
