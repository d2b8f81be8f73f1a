using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>One schema of a compiled <see cref="AnswerSchema"/>, which may hold others.</summary>
internal sealed class SchemaNode
{
    /// <summary>Where the schema stands, such as <c>#/$defs/item</c>.</summary>
    public required string Place { get; init; }

    /// <summary>Whether nothing fits; that is the schema <c>false</c>.</summary>
    public bool FitsNothing { get; set; }

    /// <summary>The types that fit; null where all do.</summary>
    public JsonTypes? Types { get; set; }

    public IReadOnlyList<JsonElement>? Values { get; set; }

    public JsonElement? Value { get; set; }

    public IReadOnlyList<string> Required { get; set; } = [];

    public SchemaProperties Properties { get; } = new();

    /// <summary>The schema of the properties that <see cref="Properties"/> does not name; null where they may be anything.</summary>
    public SchemaNode? Others { get; set; }

    /// <summary>The schemas of an array's first items.</summary>
    public IReadOnlyList<SchemaNode> FirstItems { get; set; } = [];

    public SchemaNode? Items { get; set; }

    /// <summary>What bounds the values; null where nothing does.</summary>
    public SchemaBounds? Bounds { get; set; }

    public IReadOnlyList<SchemaNode> All { get; set; } = [];

    public IReadOnlyList<SchemaNode> Any { get; set; } = [];

    public IReadOnlyList<SchemaNode> One { get; set; } = [];

    public SchemaNode? Reference { get; set; }

    /// <summary>The schemas that are held against the very same value as this one.</summary>
    public IEnumerable<SchemaNode> SameValue => new[] { Reference }.OfType<SchemaNode>().Concat(All).Concat(Any).Concat(One);

    /// <summary>Finds the first thing about a value that does not fit; null when it fits, or when the trial has met with a problem.</summary>
    public Misfit? Judge(JsonElement value, ref SchemaTrial trial)
    {
        if (!trial.Step())
        {
            return null;
        }

        return Itself(value)
            ?? Bounds?.Judge(value, ref trial)
            ?? (value.ValueKind == JsonValueKind.Object ? OfObject(value, ref trial) : null)
            ?? (value.ValueKind == JsonValueKind.Array ? OfArray(value, ref trial) : null)
            ?? OfSchemas(value, ref trial);
    }

    private Misfit? Itself(JsonElement value)
    {
        if (FitsNothing)
        {
            return new Misfit("is nothing the schema allows.");
        }

        if (Types is { } types && !types.HasFlag(JsonType.Of(value, types)))
        {
            return new Misfit($"is {JsonType.NameOf(value)}, and the schema asks for {JsonType.NameOf(types)}.");
        }

        if (Value is { } only && !JsonElement.DeepEquals(only, value))
        {
            return new Misfit("is not the one value that the schema allows.");
        }

        // The value itself is not named: the sentence may be written down where no part of an answer may be.
        return Values is { } values && !values.Any(v => JsonElement.DeepEquals(v, value))
            ? new Misfit("is none of the values that the schema allows.")
            : null;
    }

    private Misfit? OfObject(JsonElement value, ref SchemaTrial trial)
    {
        foreach (string name in Required)
        {
            if (!value.TryGetProperty(name, out _))
            {
                return new Misfit($"has no '{name}'.");
            }
        }

        if (Properties.Count == 0 && Others is null)
        {
            return null;
        }

        int next = 0;
        foreach (JsonProperty property in value.EnumerateObject())
        {
            SchemaNode? known = Properties.Find(property, ref next, out string name);
            if (known is null && Others is { FitsNothing: true })
            {
                return new Misfit("has a property that the schema does not name.");
            }

            if ((known ?? Others)?.Judge(property.Value, ref trial) is { } misfit)
            {
                return misfit.Under($".{name}");
            }
        }

        return null;
    }

    private Misfit? OfArray(JsonElement value, ref SchemaTrial trial)
    {
        if (Items is null && FirstItems.Count == 0)
        {
            return null;
        }

        int i = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            SchemaNode? schema = i < FirstItems.Count ? FirstItems[i] : Items;
            if (schema?.Judge(item, ref trial) is { } misfit)
            {
                return misfit.Under(string.Create(CultureInfo.InvariantCulture, $"[{i}]"));
            }

            i++;
        }

        return null;
    }

    private Misfit? OfSchemas(JsonElement value, ref SchemaTrial trial)
    {
        if (Reference?.Judge(value, ref trial) is { } misfit)
        {
            return misfit;
        }

        foreach (SchemaNode schema in All)
        {
            if (schema.Judge(value, ref trial) is { } inner)
            {
                return inner;
            }
        }

        if (Any.Count > 0 && CountFits(Any, value, 1, ref trial) == 0)
        {
            return new Misfit("is none of what the schema allows.");
        }

        return One.Count == 0 ? null : CountFits(One, value, 2, ref trial) switch
        {
            0 => new Misfit("is none of what the schema allows."),
            1 => null,
            _ => new Misfit("is more than one of what the schema allows one of."),
        };
    }

    private static int CountFits(IReadOnlyList<SchemaNode> schemas, JsonElement value, int most, ref SchemaTrial trial)
    {
        int fits = 0;
        for (int i = 0; i < schemas.Count && fits < most; i++)
        {
            fits += schemas[i].Judge(value, ref trial) is null ? 1 : 0;
        }

        return fits;
    }
}

/// <summary>What does not fit, and where.</summary>
internal sealed record Misfit(string Reason, string Path = "")
{
    public Misfit Under(string step) => this with { Path = step + Path };
}

/// <summary>What judging one answer has taken so far. After a problem nothing more is judged.</summary>
internal struct SchemaTrial(int mostSteps)
{
    private int _left = mostSteps;

    public string? Problem { get; private set; }

    /// <summary>Takes one step; false when there are none left.</summary>
    public bool Step()
    {
        if (Problem is not null)
        {
            return false;
        }

        if (--_left < 0)
        {
            Problem = "its alternatives branch so often that no end of it is in sight.";
        }
        else if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            Problem = "its references go too deep.";
        }

        return Problem is null;
    }

    /// <summary>Ends the trial without a verdict.</summary>
    /// <param name="problem">Why, as the end of a sentence.</param>
    public void Stop(string problem) => Problem ??= problem;
}
