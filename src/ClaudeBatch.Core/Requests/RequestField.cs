using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>A field of a request and all that is known of it by its name. Where it may stand is said by the table that holds it.</summary>
public sealed record RequestField
{
    private readonly byte[] _utf8;

    internal RequestField(string name, FieldReading reading = FieldReading.Content)
    {
        Name = name;
        Reading = reading;
        _utf8 = Encoding.UTF8.GetBytes(name);
    }

    /// <summary>The name as it stands in the JSON.</summary>
    public string Name { get; }

    /// <summary>The service refuses a request without it, and every template writes it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The token counter takes it too (documentation of the service, "Token counting").</summary>
    public bool IsCounted { get; init; }

    /// <summary>
    /// The parameter of New-ClaudeBatchTemplate that makes it; null where -AdditionalParameter alone does, or those its own fields name.
    /// </summary>
    public string? Parameter { get; init; }

    /// <summary>
    /// The beta the service takes it under, the newest of the official SDK's list that goes by its name; null where it needs none or none
    /// is named. Nothing is refused for want of it: betas are the connection's, and newer ones may do as well.
    /// </summary>
    public string? Beta { get; init; }

    /// <summary>The API version from which on the service no longer takes it, of sampling alone so far; null where all do.</summary>
    public string? GoneFrom { get; init; }

    /// <summary>Why a batch refuses it, or what to do in its place, as the end of a sentence; null where a batch takes it.</summary>
    public string? RefusedBecause { get; init; }

    /// <summary>The token its value begins with where the checker looks into it; <c>None</c> where it looks into any.</summary>
    public JsonTokenType Kind { get; init; }

    /// <summary>What may stand in its value, or in each element of it, as far as it is looked at here.</summary>
    public RequestFieldTable Fields { get; init; } = RequestFieldTable.Empty;

    internal FieldReading Reading { get; }

    internal ReadOnlySpan<byte> Utf8 => _utf8;

    internal bool IsLookedInto(JsonTokenType token) => Kind == JsonTokenType.None || Kind == token;
}
