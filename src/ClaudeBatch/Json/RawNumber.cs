using System.Management.Automation;

namespace ClaudeBatch.Json;

/// <summary>
/// A number of JSON that no number of .NET has exactly, such as <c>1e400</c>. To the shell it is the number's text; in JSON it is the number.
/// </summary>
/// <param name="text">The number as it stands in JSON.</param>
internal sealed class RawNumber(string text) : PSObject(text)
{
    /// <summary>The number as it stands in JSON.</summary>
    public string Text => text;
}
