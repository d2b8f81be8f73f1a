using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Json;
using ClaudeBatch.Rows;

namespace ClaudeBatch;

/// <summary>The outcome of one request, with the row it was made from. Objects and texts are made from the bytes on first use.</summary>
public sealed partial class BatchResult
{
    private byte[] _line = [];

    private byte[] _sourceJson = [];

    private object? _message;

    private object? _source;

    private object? _output;

    private object? _usage;

    private decimal? _cost;

    private long? _picodollars;

    private string? _text;

    private AnswerContent? _answer;

    private bool _wasRead;

    // Whether the line was replaced after its answer had been read.
    private bool _hasOtherLine;

    // Whether the answer is what it passes to the one tool that it had to call.
    private bool _isForcedCall;

    private ToolCall[]? _toolCalls;

    private Citation[]? _citations;

    public string? CustomId { get; set; }

    /// <summary>Which variant of its row the request is; null where the row is asked in one way.</summary>
    public string? Variant { get; set; }

    /// <summary>
    /// How the request ended: <c>Succeeded</c>, <c>Errored</c>, <c>Canceled</c>, <c>Expired</c>, <c>Unknown</c> or <c>Missing</c>.
    /// </summary>
    public string? Status { get; set; }

    /// <summary>The text blocks of the answer, joined; null where there is no answer.</summary>
    public string? Text
    {
        get => _text ??= FindText();
        set => _text = value;
    }

    /// <summary>
    /// The answer as an object: what it passes to the one tool that it had to call; else its text where that is JSON and waits for no tool;
    /// else null. Where an object cannot hold it, it is null and Reason says so.
    /// </summary>
    public object? Output
    {
        get => _output ??= StopReason == Core.Results.Completeness.CallsTools ? ForcedInput() : Text is { } text ? TryParse(text) : null;
        set => _output = value;
    }

    /// <summary>
    /// The calls of tools, of all rounds in their order, with what each gave. Those of the answer itself, which nobody has answered, have no
    /// output.
    /// </summary>
    public ToolCall[] ToolCalls
    {
        get => _toolCalls ??= FindCalls();
        set => _toolCalls = value;
    }

    /// <summary>What the texts of the answer stand on.</summary>
    public Citation[] Citations
    {
        get => _citations ??= Answer is { Cited: { Count: > 0 } cited } ? [.. Citation.From(cited, Columns)] : [];
        set => _citations = value;
    }

    public string? StopReason { get; set; }

    /// <summary>Whether the request succeeded and the answer was not cut off, was not refused, waits for no tool, and fits its schema.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Why the result is not complete; null when it is.</summary>
    public string? Reason { get; set; }

    public string? Model { get; set; }

    /// <summary>What the service counted; of a conversation of several rounds the sums of all rounds and attempts.</summary>
    public object? Usage
    {
        get => _usage ??= UsageOfAll() ?? (Answer?.Usage is { IsEmpty: false } usage ? ObjectView.Parse(usage.Span) : null);
        set => _usage = value;
    }

    /// <summary>The cost of all attempts of the request, in USD; null where a price is not known.</summary>
    public decimal? Cost
    {
        get => _cost ??= PriceList.ToDollars(_picodollars);
        set => (_cost, _picodollars) = (value, null);
    }

    public string? ErrorType { get; set; }

    public string? ErrorMessage { get; set; }

    public string? FailureClass { get; set; }

    /// <summary>The row that the request was made from.</summary>
    public object? Source
    {
        get => _source ??= _sourceJson.Length > 0 ? ObjectView.Parse(_sourceJson) : null;
        set => (_source, _sourceJson) = (null, value is null ? [] : JsonText.Write(value));
    }

    /// <summary>The row as the JSON that the ledger keeps.</summary>
    public string? RawSource
    {
        get => _sourceJson.Length > 0 ? Encoding.UTF8.GetString(_sourceJson) : null;
        set => (_source, _sourceJson) = (null, value is null ? [] : Encoding.UTF8.GetBytes(value));
    }

    public string? BatchId { get; set; }

    public string? Job { get; set; }

    public int Attempt { get; set; }

    public string? RequestId { get; set; }

    /// <summary>The service's whole message as an object; null where there is no answer.</summary>
    public object? Message
    {
        get => _message ??= Answer is { } answer ? ObjectView.ParseOrNull(answer.Message.Span) : null;
        set => _message = value;
    }

    /// <summary>The line of the results as it was received.</summary>
    public string? Raw
    {
        get => _line.Length > 0 ? Encoding.UTF8.GetString(_line) : null;
        set => (_line, _hasOtherLine) = (value is null ? [] : Encoding.UTF8.GetBytes(value), _hasOtherLine || _wasRead);
    }

    /// <summary>Where the ledger has the attempt; null of results that were read back from elsewhere.</summary>
    internal (BatchRecord Batch, long Row)? Place { get; private init; }

    /// <summary>Whether nothing but a check of the user's own makes the answer incomplete.</summary>
    internal bool IsNotAccepted { get; private set; }

    /// <summary>Whether the answer asks for another round.</summary>
    internal bool WantsRound { get; private init; }

    /// <summary>Takes what a check of the user's own says of the answer.</summary>
    /// <param name="why">Why it is not accepted; null where it is.</param>
    internal void Accept(string? why) => (IsComplete, Reason, IsNotAccepted) = (why is null, why, why is not null);

    /// <summary>Whether the cost is known.</summary>
    internal bool IsPriced => _picodollars is not null || _cost is not null;

    /// <summary>What the answer says of its tokens; null where it says nothing.</summary>
    internal TokenUsage? Tokens => ResultLine.Parse(_line) is { HasUsage: true } line ? line.Usage : null;

    /// <summary>
    /// Whether the bytes say all that the result has of its row and answer, but for <see cref="ReadText"/>. Where somebody has an object of
    /// it, that may have been changed.
    /// </summary>
    internal bool IsAsRead => !_hasOtherLine && (_source ?? _output ?? _usage ?? _toolCalls ?? (object?)_citations) is null
        && StopReason != Core.Results.Completeness.CallsTools && _rounds is null;

    /// <summary>The text, where it was read or set; else null.</summary>
    internal string? ReadText => _text;

    /// <summary>The row as the ledger keeps it; empty where there is none.</summary>
    internal ReadOnlySpan<byte> SourceBytes => _sourceJson;

    /// <summary>The line of the results as it was received; empty where there is none.</summary>
    internal ReadOnlySpan<byte> LineBytes => _line;

    private AnswerContent? Answer => _wasRead ? _answer : _answer = Read();

    public override string ToString() => CustomId ?? string.Empty;

    /// <summary>Gives the objects that a text is as an answer; null where it is not JSON, or no objects can hold it.</summary>
    internal static object? TryParse(string text)
    {
        if (!AnswerJson.MayBe(text))
        {
            return null;
        }

        byte[] json = Encoding.UTF8.GetBytes(text);
        try
        {
            return AnswerJson.Fault(json) is null ? ObjectView.Parse(json) : null;
        }
        catch (JsonException)
        {
            return null; // a text that only looks like JSON is a valid answer
        }
    }

    private AnswerContent? Read()
    {
        _wasRead = true;
        return _line.Length == 0 ? null : AnswerContent.Read(_line);
    }

    // Most answers are one text, for which the rest of the line need not be taken apart.
    private string? FindText()
        => !_wasRead && PlainAnswer.TryReadText(_line, out string? text) ? text : Answer?.Text;

    private object? ForcedInput() => _isForcedCall && Answer?.Calls is [var only] ? ToolCall.From(only, Rounds).Input : null;

    private (string Name, string Text)[] Columns() => Source is { } row
        ? [.. new ShellRow(row, number: 0).Members(static _ => true).Select(static m => (m.Name, JsonText.Text(m.Value)))]
        : [];
}
