using System.Collections;
using System.Globalization;

namespace ClaudeBatch.Emulator;

/// <summary>A fault of the emulator's plan, which happens to a number of calls.</summary>
/// <param name="Kind">The kind of fault; one of <see cref="FaultKind"/>.</param>
public sealed record EmulatorFault(string Kind)
{
    /// <summary>How many calls of the fault's kind succeed before the fault begins.</summary>
    public int Skip { get; init; }

    /// <summary>How many of the calls after that fail; -1 for all.</summary>
    public int Times { get; init; } = 1;

    /// <summary>The HTTP status of the reply to a create call that is refused.</summary>
    public int Status { get; init; } = 529;

    /// <summary>The value of the header <c>retry-after</c> in seconds; null for no such header.</summary>
    public double? RetryAfter { get; init; }

    /// <summary>Whether a refusal has an error body as the service sends it. Otherwise it is an HTML page, such as a proxy sends.</summary>
    public bool ErrorBody { get; init; } = true;

    /// <summary>The <c>error.details.error_code</c> in the error body of a refusal; null for none.</summary>
    public string? Code { get; init; }

    /// <summary>Whether the batch is made although the create call is refused.</summary>
    public bool Accept { get; init; }

    /// <summary>
    /// The number of lines or batches that the fault affects. For a body that is cut off, the number of bytes that are read before.
    /// </summary>
    public int Count { get; init; } = 1;

    /// <summary>How long the fault lasts, in the emulator's time.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Makes a fault from the name of a kind, or from a table of properties.</summary>
    /// <exception cref="ArgumentException">A name is unknown or a value does not fit; the message says which.</exception>
    internal static EmulatorFault From(object value)
    {
        if (value is string kind)
        {
            return Checked(new EmulatorFault(kind));
        }

        if (value is not IDictionary table)
        {
            throw new ArgumentException($"'{value}' is no fault; give its kind, or a table with Kind, Skip, Times and so on.");
        }

        EmulatorFault fault = new(string.Empty);
        foreach (DictionaryEntry entry in table)
        {
            PlanValues.Set(fault, Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!, entry.Value, "fault");
        }

        return Checked(fault);
    }

    private static EmulatorFault Checked(EmulatorFault fault)
        => FaultKind.All.FirstOrDefault(k => string.Equals(k, fault.Kind, StringComparison.OrdinalIgnoreCase)) is { } known
            ? fault with { Kind = known }
            : throw new ArgumentException($"The emulator has no fault '{fault.Kind}'. It has {string.Join(", ", FaultKind.All)}.");
}
