using System.Text.Json;

namespace ClaudeBatch.Emulator;

/// <summary>Writes the content of an answer, cut at <c>max_tokens</c>.</summary>
internal sealed class AnswerContent
{
    private readonly JsonElement _parameters;

    private readonly EmulatedModel _model;

    private readonly EmulatorPlan _plan;

    private readonly CallIds _ids;

    private readonly List<string> _blocks = [];

    private long _left;

    /// <param name="parameters">The params of the request, which were found to be valid.</param>
    /// <param name="model">The model that answers.</param>
    /// <param name="said">What the model says.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="answer">What tells the answer from all others, from which its ids are made.</param>
    public AnswerContent(JsonElement parameters, EmulatedModel model, Said said, EmulatorPlan plan, string answer)
    {
        (_parameters, _model, _plan, _ids) = (parameters, model, plan, new CallIds(answer));
        _left = parameters.GetProperty("max_tokens").GetInt64() * EmulatedAnswer.BytesPerToken;
        if (!said.IsGiven)
        {
            AddOwn(said, new Chances(plan.Seed, "content\n" + answer));
        }

        foreach (SaidBlock block in said.Blocks)
        {
            Add(block);
            if (IsCut)
            {
                break;
            }
        }

        StopReason = IsCut ? "max_tokens" : said.StopReason;
        Json = CallIds.Close(
            plan.OddContent && _blocks.Count > 0 ? $"[ {string.Join(" ,\t", _blocks)} ]" : $"[{string.Join(',', _blocks)}]");
    }

    /// <summary>The content as a JSON array.</summary>
    public string Json { get; }

    public string StopReason { get; }

    /// <summary>How many characters the model has said.</summary>
    public long Length { get; private set; }

    /// <summary>How many searches have run.</summary>
    public int Searches { get; private set; }

    private bool IsCut => _left < 0;

    // A text that is cut between the halves of a surrogate pair is none.
    private static int Whole(string text, int length)
        => length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;

    private void AddOwn(Said said, Chances chances)
    {
        if (_plan.ThinkingBlocks && Thinks())
        {
            string? display = _parameters.TryGetProperty("thinking", out JsonElement thinking)
                ? Conversation.Text(thinking, "display")
                : null;
            bool isShown = display == "summarized" || (display is null && chances.Next(2) == 0);
            Append(Signed("thinking", isShown ? "First I look at what I know \u2013 \u00e9tape 1 \U0001F914" : string.Empty));
            if (_plan.OddContent && chances.Next(3) == 0)
            {
                Append(Signed("redacted_thinking", words: null));
            }
        }

        if (_plan.OddContent && said.StopReason != "end_turn")
        {
            Append("""{"type":"text","text":"","citations":null}""");
            Append("""{"type":"text","text":"Caf\u00e9 \ud83d\ude00 </b>, one moment","citations":null"""
                + ""","annotations":{"weight":1e2,"share":1.0,"note":""}}""");
        }
    }

    private bool Thinks()
        => _parameters.TryGetProperty("thinking", out JsonElement thinking) && thinking.ValueKind == JsonValueKind.Object
            ? Conversation.TypeOf(thinking) != "disabled"
            : _model.Refuses.HasFlag(Refused.NoThinking); // those that always think

    private void Add(SaidBlock block)
    {
        switch (block.Kind)
        {
            case SaidKind.Text or SaidKind.CitedText:
                Append(Text(Spent(block.Words), block.Kind == SaidKind.CitedText));
                break;
            case SaidKind.Call:
                // Half of what was to be passed to a tool is no JSON, and nothing is left of it.
                _ = Spent(block.Words);
                Append(Call(block.Tool!, IsCut ? "{}" : block.Words));
                break;
            case SaidKind.Search:
                string id = _ids.Next("srvtoolu_");
                Append(WebSearch.Use(id, block.Words + " (1)"));
                Append(WebSearch.Result(id));
                Append(WebSearch.Use(_ids.Next("srvtoolu_"), block.Words + " (2)"));
                Searches++;
                break;
            case SaidKind.Found:
                Append(WebSearch.Result(block.Words));
                Searches++;
                break;
            default:
                Append(Completed(block.Words), isOdd: false);
                break;
        }
    }

    // Gives what fits of the words.
    private string Spent(string words)
    {
        string fitting = words.Length > _left ? words[..Whole(words, (int)_left)] : words;
        _left -= words.Length;
        Length += fitting.Length;
        return fitting;
    }

    private void Append(string block, bool isOdd = true) => _blocks.Add(_plan.OddContent && isOdd ? OddJson.Of(block) : block);

    private static string Text(string words, bool isCited) => EmulatorJson.Text(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "text"u8);
        AnyText.Write(writer, "text"u8, words);
        if (isCited)
        {
            WebSearch.WriteCitations(writer);
        }

        writer.WriteEndObject();
    });

    private string Call(string tool, string input) => EmulatorJson.Text(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "tool_use"u8);
        writer.WriteString("id"u8, _ids.Next("toolu_"));
        writer.WriteString("name"u8, tool);
        writer.WritePropertyName("input"u8);
        writer.WriteRawValue(input);
        WriteCaller(writer);
        if (_plan.OddContent)
        {
            writer.WriteNull("toolset_name"u8);
        }

        writer.WriteEndObject();
    });

    private static void WriteCaller(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("caller"u8);
        writer.WriteString("type"u8, "direct"u8);
        writer.WriteEndObject();
    }

    private string Signed(string type, string? words)
    {
        (ConversationDigest digest, string? previous) = ThinkingCheck.End(_parameters);
        foreach (string earlier in _blocks)
        {
            using JsonDocument block = JsonDocument.Parse(earlier);
            previous = ThinkingSeal.IsThinking(block.RootElement) ? ThinkingSeal.Of(block.RootElement) : previous;
            digest.Add("assistant", block.RootElement);
        }

        string signature = ThinkingSeal.Sign(_model.Id, digest.Value, previous, words);
        Length += 80;
        return EmulatorJson.Text(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, type);
            if (words is not null)
            {
                writer.WriteString("thinking"u8, words);
            }

            writer.WriteString(words is null ? "data"u8 : "signature"u8, signature);
            writer.WriteEndObject();
        });
    }

    // A block that somebody has given gets what only the service can give it.
    private string Completed(string given)
    {
        using JsonDocument document = JsonDocument.Parse(given);
        JsonElement block = document.RootElement;
        Length += given.Length;
        bool isCall = Conversation.TypeOf(block) == "tool_use";
        if (ThinkingSeal.IsThinking(block) && ThinkingSeal.Of(block) is null)
        {
            return Signed(Conversation.TypeOf(block)!, Conversation.Text(block, "thinking"));
        }

        return EmulatorJson.Text(writer =>
        {
            writer.WriteStartObject();
            foreach (JsonProperty field in block.EnumerateObject())
            {
                field.WriteTo(writer);
            }

            if ((isCall || Conversation.IsServerUse(block)) && !block.TryGetProperty("id", out _))
            {
                writer.WriteString("id"u8, _ids.Next(isCall ? "toolu_" : "srvtoolu_"));
            }

            if (isCall && !block.TryGetProperty("input", out _))
            {
                writer.WriteStartObject("input"u8);
                writer.WriteEndObject();
            }

            if (isCall && !block.TryGetProperty("caller", out _))
            {
                WriteCaller(writer);
            }

            writer.WriteEndObject();
        });
    }
}
