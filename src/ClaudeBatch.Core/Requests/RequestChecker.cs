using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ClaudeBatch.Core.Json;
using ClaudeBatch.Core.Models;

namespace ClaudeBatch.Core.Requests;

/// <summary>Finds what the service would refuse about requests, before they are sent. The bytes of a request are read once.</summary>
/// <remarks>
/// The rules are those of the service's documentation. Whether a file id or a URL exists, only the service can find out when the batch
/// runs.
/// </remarks>
/// <param name="catalog">The models, with what they refuse.</param>
/// <param name="today">The day, in UTC, for which models count as retired.</param>
/// <param name="apiVersion">The API version that the batch is sent with; null where that is not known yet.</param>
/// <param name="betas">The betas that the batch is sent with.</param>
public sealed partial class RequestChecker(ModelCatalog catalog, DateOnly today, string? apiVersion, IReadOnlyCollection<string> betas)
{
    /// <summary>The beta with which a request may say what becomes of thinking that is bound to another conversation.</summary>
    public const string ThinkingBindingBeta = "thinking-binding-controls-2026-08-01";

    /// <summary>Whether a single request needs <see cref="ThinkingBindingBeta"/>, as one of a batch has its batch sent with it.</summary>
    public static bool BindsThinking(ReadOnlySpan<byte> item)
        => !item[ParamsEdit.Value(item, "params", "thinking", "block_binding")].IsEmpty;

    private const string Beta300k = "output-300k-2026-03-24";

    private const int MostBreakpoints = 4;

    private const int MostImages = 100;

    /// <summary>How many days before a model retires there is a warning.</summary>
    private const int WarningDays = 60;

    private const int LongestUserId = 512;

    private readonly Dictionary<string, RequestFault?> _modelFaults = new(StringComparer.Ordinal);

    // As deep as results are read, because what a model gives a tool is part of the next request.
    private static readonly JsonReaderOptions s_deep = new() { MaxDepth = JsonScanner.MostDepth };

    private readonly RequestFacts _facts = new();

    /// <summary>Checks a request, <c>{"custom_id":…,"params":{…}}</c>.</summary>
    /// <returns>The facts and faults. It is the same object for every call, so it is valid until the next one.</returns>
    /// <exception cref="JsonException">The request is not JSON.</exception>
    [MethodImpl(Hot.AtOnce)]
    public RequestFacts Check(ReadOnlySpan<byte> item)
    {
        _facts.Reset();
        if (JsonTexts.HaveHalfPair(item))
        {
            // No text of it can be read, not even its id, and a batch with it would be refused with all that is in it.
            _facts.EnvelopeFault = "has half of a surrogate pair in it, such as \\ud800 alone, which is no text.";
            Error("TextInvalid", "It has half of a surrogate pair in it, such as \\ud800 alone; the service takes no batch with it.");
            return _facts;
        }

        Utf8JsonReader reader = new(item, s_deep);
        bool hasParams = false;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            _facts.EnvelopeFault = "is not a JSON object.";
            return _facts;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (RequestFields.Item.Find(ref reader) is { } field)
            {
                reader.Read();
                hasParams |= field.Reading == FieldReading.Params;
                Envelope(field, ref reader);
            }
            else
            {
                _facts.EnvelopeFault ??= $"has the field '{reader.GetString()}'; the service takes custom_id and params only.";
                reader.Read();
            }

            SkipUnread(ref reader);
        }

        reader.Read(); // throws where another value follows
        _facts.EnvelopeFault ??= _facts.CustomId is null ? "has no 'custom_id'."
            : !hasParams ? "has no 'params'."
            : null;
        _facts.PromptBytes = item.Length - _facts.FileBytes;
        if (_facts.CachesAll)
        {
            CountCached(item.Length); // the service sets the mark itself, at the end of the last message
        }

        Conclude();
        ToolFaults(item);
        return _facts;
    }

    private void Envelope(RequestField field, ref Utf8JsonReader reader)
    {
        bool isRead = field.Reads(reader.TokenType);
        _facts.EnvelopeFault ??= isRead ? null : $"has a '{field.Name}' of the wrong type.";
        if (field.Reading == FieldReading.CustomId)
        {
            _facts.CustomId = isRead ? reader.GetString() : null;
        }
        else if (isRead)
        {
            _facts.ParamsStart = (int)reader.TokenStartIndex;
            Params(ref reader, field.Fields);
        }
    }

    [MethodImpl(Hot.AtOnce)]
    private void Conclude()
    {
        if (_facts.Model is not { } name)
        {
            Error("ModelMissing", "It names no model.");
        }
        else if (ModelFault(name) is { } fault)
        {
            _facts.Faults.Add(fault);
        }

        ModelRecord? known = _facts.Model is null ? null : catalog.Find(_facts.Model);
        MaxTokensFault(known);
        BudgetFault(known?.Rules ?? ModelRules.None);
        if (!_facts.HasMessages)
        {
            Error("MessagesMissing", "It has no messages.");
        }

        if (known is not null)
        {
            ContextFault(known);
            RuleFaults(_facts.Model!, known.Rules);
        }

        if (_facts.Breakpoints > MostBreakpoints)
        {
            Error("TooManyBreakpoints", $"It has more than {MostBreakpoints} cache_control breakpoints.");
        }

        if (_facts.Images > MostImages)
        {
            Error("TooManyImages", $"It has more than {MostImages} images.");
        }
    }

    private RequestFault? ModelFault(string name)
    {
        if (!_modelFaults.TryGetValue(name, out RequestFault? fault))
        {
            fault = FindModelFault(name);
            _modelFaults.Add(name, fault);
        }

        return fault;
    }

    private RequestFault? FindModelFault(string name)
    {
        if (catalog.Find(name) is not { } model)
        {
            string nearest = catalog.Nearest(name) is { } near ? $"; did you mean '{near}'?" : ".";
            return new RequestFault(
                "ModelUnknown", $"Model '{name}' is not known here (as of {Day(catalog.AsOf)}){nearest} A model the service does "
                    + $"not know fails each request.", IsError: false);
        }

        if (model.IsRetired(today))
        {
            return new RequestFault(
                "ModelRetired",
                $"Model '{name}' was retired on {Day(model.RetiresAt!.Value)}; requests to it fail. Choose another.",
                IsError: true);
        }

        bool isSoon = model.RetiresAt is { } day && day.DayNumber - today.DayNumber <= WarningDays;
        return isSoon || model.Lifecycle == "deprecated"
            ? new RequestFault(
                "ModelRetiring",
                $"Model '{name}' is deprecated{(model.RetiresAt is { } end ? $" and retires on {Day(end)}" : string.Empty)}; "
                    + $"choose another in time.",
                IsError: false)
            : null;
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private void MaxTokensFault(ModelRecord? model)
    {
        if (_facts.MaxTokens is not { } tokens)
        {
            Error("MaxTokensMissing", "It has no max_tokens, or one that is no whole number.");
            return;
        }

        if (tokens < 1)
        {
            Error("MaxTokensRefused", "Its max_tokens is below 1; a batch takes 1 and more.");
            return;
        }

        bool isLong = betas.Contains(Beta300k);
        int? most = isLong ? model?.MaxOutputWith300kBeta ?? model?.MaxOutput : model?.MaxOutput;
        if (tokens > most)
        {
            string how = model?.MaxOutputWith300kBeta is null ? string.Empty
                : isLong ? $" with the beta {Beta300k}"
                : $" without the beta {Beta300k} (Connect-ClaudeBatch -Beta)";
            Error(
                "MaxTokensRefused",
                string.Create(CultureInfo.InvariantCulture, $"Its max_tokens is above {most}, the most that '{_facts.Model}' takes{how}."));
        }
    }

    private void Error(string id, string message) => _facts.Faults.Add(new RequestFault(id, message, IsError: true));

    private void Warning(string id, string message) => _facts.Faults.Add(new RequestFault(id, message, IsError: false));
}
