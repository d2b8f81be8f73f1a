using System.Text.Json;
using System.Text.Unicode;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Input;

/// <content>Requests that are lines of a file.</content>
public sealed partial class JobInput
{
    /// <summary>Adds one request from a line of a JSON Lines file. The line is read in a single pass.</summary>
    /// <param name="line">The line in UTF-8, without its line end.</param>
    /// <param name="place">Names the file and the line, for messages.</param>
    /// <param name="digest">The digest of <paramref name="line"/>, where somebody has made it; else it is made here.</param>
    /// <exception cref="ClaudeBatchException"><c>InputLineInvalid</c>.</exception>
    public InputVerdict AddLine(ReadOnlySpan<byte> line, Func<string> place, ContentDigest? digest = null)
    {
        if (!Utf8.IsValid(line))
        {
            throw RequestLine.Invalid(place(), "is not UTF-8. Save the file as UTF-8 and read it again.");
        }

        try
        {
            RequestFacts facts = _rules.OfFields(line) ?? throw new InvalidOperationException("Lines are read with a checker.");
            return facts.EnvelopeFault is { } fault
                ? throw RequestLine.Invalid(place(), fault)
                : Add(facts.CustomId!, line, source: default, outputSchema: default, facts, digest, uploads: null, variant: null);
        }
        catch (JsonException e)
        {
            throw RequestLine.Invalid(place(), $"is not a JSON object: {e.Message}", e);
        }
    }
}
