using System.Text;
using System.Text.Json;

namespace ClaudeBatch.Core.Requests;

/// <summary>What is known about a field of a request. The table that contains it says in which object the field may be.</summary>
public sealed record RequestField
{
    private readonly byte[] _utf8;

    internal RequestField(string name, FieldReading reading = FieldReading.Content)
    {
        Name = name;
        Reading = reading;
        Within = name + ".";
        _utf8 = Encoding.UTF8.GetBytes(name);
    }

    /// <summary>The name of the field in the JSON.</summary>
    public string Name { get; }

    /// <summary>Whether the service refuses a request without the field. Every template writes such a field.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether the call that counts tokens takes the field, too (documentation of the service, "Token counting").</summary>
    public bool IsCounted { get; init; }

    /// <summary>
    /// The parameter of New-ClaudeBatchTemplate that sets the field; null where only -AdditionalParameter does, or where parameters set the
    /// fields in its value.
    /// </summary>
    public string? Parameter { get; init; }

    /// <summary>
    /// The beta with which the service takes the field: the newest one of its kind in the official SDK's list; null where it needs none, or
    /// where none is documented. A request with the field is not refused when the connection lacks the beta, because a newer one may do,
    /// too.
    /// </summary>
    public string? Beta { get; init; }

    /// <summary>
    /// The API version from which on the service no longer takes the field; null where all versions take it. Only fields that are read as
    /// <see cref="FieldReading.Sampling"/> have one.
    /// </summary>
    public string? GoneFrom { get; init; }

    /// <summary>
    /// Why the service refuses the field in a batch, or what to do instead, as the end of a sentence; null where it takes the field.
    /// </summary>
    public string? RefusedBecause { get; init; }

    /// <summary>The token with which a value begins that the checker reads; <c>None</c> where it reads every value.</summary>
    public JsonTokenType Kind { get; init; }

    /// <summary>
    /// What the value is to be, as the end of a sentence; the service refuses one that does not begin with <see cref="Kind"/>, unless it is
    /// null. Null where the checker does not say so.
    /// </summary>
    public string? Form { get; init; }

    /// <summary>Whether a text is taken, too.</summary>
    public bool IsAlsoText { get; init; }

    /// <summary>The texts that the service takes; empty where it takes all, or where the model decides.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>The fields that the checker reads in the value, or in each element of it.</summary>
    public RequestFieldTable Fields { get; init; } = RequestFieldTable.Empty;

    internal FieldReading Reading { get; }

    internal ReadOnlySpan<byte> Utf8 => _utf8;

    /// <summary>What the name of a field within this one begins with, in messages.</summary>
    internal string Within { get; }

    /// <summary>Whether the checker reads a value that begins with this token.</summary>
    internal bool Reads(JsonTokenType token) => Kind == JsonTokenType.None || Kind == token;
}
