using System.Text.Json.Nodes;

namespace ClaudeBatch.Core.Requests;

/// <summary>
/// Texts that all requests share, such as the system prompt. They take no placeholder, because no row fills it; <c>\{{</c> stands for the
/// characters <c>{{</c>, as in prompts.
/// </summary>
public static class SharedText
{
    /// <summary>Gives the text itself, with <c>{{</c> for each <c>\{{</c>.</summary>
    /// <param name="text">The text as it was given.</param>
    /// <param name="parameter">The name of the parameter it was given with, without the hyphen.</param>
    /// <exception cref="ClaudeBatchException"><c>PlaceholderShared</c>: there is a placeholder. <c>TemplateInvalid</c>: a <c>{{</c> is not
    /// closed.</exception>
    public static string Of(string text, string parameter)
    {
        if (!text.Contains("{{", StringComparison.Ordinal))
        {
            return text;
        }

        TextTemplate template = TextTemplate.Parse(text);
        return template.FirstPath is not { } path ? template.Render(row: null) : throw new ClaudeBatchException(
            FailureKind.InvalidArgument,
            "PlaceholderShared",
            $"-{parameter} has the placeholder '{{{{{path}}}}}', and what all requests share takes none: no row fills it. Put it into "
                + $"-Prompt, or write '\\{{{{' for the characters themselves.")
        { Target = text };
    }

    /// <summary>
    /// Does the same to each text within a JSON value, in place. The regular expressions of schemas (<c>pattern</c>) stay as they are: in
    /// them <c>\{{</c> means something else.
    /// </summary>
    /// <param name="value">The value; null stays null.</param>
    /// <param name="parameter">The name of the parameter it was given with, without the hyphen.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ClaudeBatchException"><c>PlaceholderShared</c>, <c>TemplateInvalid</c>, as for one text.</exception>
    public static JsonNode? In(JsonNode? value, string parameter)
    {
        switch (value)
        {
            case JsonObject members:
                foreach ((string name, JsonNode? member) in members.ToArray())
                {
                    if (!(name == "pattern" && member is JsonValue) && In(member, parameter) is { } now && now != member)
                    {
                        members[name] = now;
                    }
                }

                return members;
            case JsonArray items:
                for (int i = 0; i < items.Count; i++)
                {
                    if (In(items[i], parameter) is { } now && now != items[i])
                    {
                        items[i] = now;
                    }
                }

                return items;
            case JsonValue leaf when leaf.TryGetValue(out string? text) && text.Contains("{{", StringComparison.Ordinal):
                return JsonValue.Create(Of(text, parameter));
            default:
                return value;
        }
    }
}
