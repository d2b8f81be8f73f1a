using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>The schema that answers are held against. It is read once, at the first answer, and then judges any number of them.</summary>
/// <remarks>
/// What is judged are the keywords with which the service shapes an answer: <c>type</c>, <c>enum</c>, <c>const</c>, <c>properties</c>,
/// <c>required</c>, <c>additionalProperties</c>, <c>items</c>, <c>prefixItems</c>, <c>allOf</c>, <c>anyOf</c>, <c>oneOf</c> and
/// <c>$ref</c>, each beside all the others, and those that bound a value (<see cref="SchemaKeywords"/>), which the service does not take.
/// <c>format</c> is left to the service, which refuses the keywords that are not named here.
/// </remarks>
public sealed class AnswerSchema
{
    /// <summary>
    /// The most steps that judging one answer may take. A schema whose alternatives branch at every level of an answer would otherwise take
    /// longer than anybody waits.
    /// </summary>
    private const int MostSteps = 2_000_000;

    private readonly Lazy<(SchemaNode? Root, string? Problem)> _compiled;

    /// <param name="json">The schema as JSON.</param>
    public AnswerSchema(ReadOnlyMemory<byte> json)
        => _compiled = new(() => SchemaCompiler.Compile(json), LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>Says why an answer's text is not the JSON that the schema asks for; null when it is.</summary>
    public string? Reason(string text)
    {
        if (_compiled.Value.Problem is { } unread)
        {
            return NotJudged(unread);
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            string? misfit = Misfit(document.RootElement, out string? problem);
            return problem is not null ? NotJudged(problem) : misfit is null ? null : $"The answer does not fit the schema: {misfit}";
        }
        catch (JsonException)
        {
            return IsDeepJson(text) ? NotJudged("the answer is nested more than 64 levels deep.") : "The answer is not valid JSON.";
        }
    }

    /// <summary>Says what about a value does not fit, and where; null when it fits, or is not judged.</summary>
    /// <param name="value">The value.</param>
    /// <param name="problem">Why it is not judged, as the end of a sentence; null when it is.</param>
    public string? Misfit(JsonElement value, out string? problem)
    {
        problem = _compiled.Value.Problem;
        if (problem is not null)
        {
            return null;
        }

        SchemaTrial trial = new(MostSteps);
        Misfit? misfit = _compiled.Value.Root!.Judge(value, ref trial);
        problem = trial.Problem;
        return problem is not null || misfit is null ? null : $"${misfit.Path} {misfit.Reason}";
    }

    private static string NotJudged(string why) => $"The answer was not held against its schema: {why}";

    // The parser has refused the text. If it is JSON when its depth does not matter, its depth was the reason.
    private static bool IsDeepJson(string text)
    {
        try
        {
            Utf8JsonReader reader = new(System.Text.Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = int.MaxValue });
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
