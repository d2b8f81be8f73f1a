using System.Collections;
using System.Globalization;

namespace ClaudeBatch.Emulator;

/// <summary>Something that goes wrong, a number of times.</summary>
/// <param name="Kind">One of <see cref="FaultKind"/>.</param>
public sealed record EmulatorFault(string Kind)
{
    /// <summary>Calls it could meet that are let through first.</summary>
    public int Skip { get; init; }

    /// <summary>Calls it meets after those; -1 for all.</summary>
    public int Times { get; init; } = 1;

    /// <summary>What a refused create is answered with.</summary>
    public int Status { get; init; } = 529;

    /// <summary>In seconds; null sends no such header.</summary>
    public double? RetryAfter { get; init; }

    /// <summary>A refusal in the service's own words; else a page, as something in between would send it.</summary>
    public bool ErrorBody { get; init; } = true;

    /// <summary>The <c>error.details.error_code</c> of a refusal in the service's own words; null for none.</summary>
    public string? Code { get; init; }

    /// <summary>The batch is made although the reply says otherwise.</summary>
    public bool Accept { get; init; }

    /// <summary>How many lines or batches it is about; of a body, how many bytes are read before it breaks.</summary>
    public int Count { get; init; } = 1;

    /// <summary>How long it lasts, in the emulator's time.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>A fault as a shell or a JSON file names it: a kind alone, or a table.</summary>
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
