using System.Collections;
using System.Globalization;
using System.Reflection;

namespace ClaudeBatch.Emulator;

/// <summary>How the emulated service behaves: shares of outcomes, pace, answers.</summary>
public sealed class EmulatorPlan
{
    /// <summary>Share of requests that fail at execution with an error worth a retry; drawn anew in each batch.</summary>
    public double Errored { get; set; }

    /// <summary>Share of requests that fail validation; the same ones in every batch.</summary>
    public double Invalid { get; set; }

    public double Expired { get; set; }

    public double Canceled { get; set; }

    /// <summary>How long a batch runs, in the emulator's time. Over 24 hours the rest expires, as at the service.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Chance, so that a rehearsal repeats.</summary>
    public int Seed { get; set; }

    /// <summary>How many times faster than the wall clock the emulator's time runs.</summary>
    public double Speed { get; set; } = 60;

    /// <summary><c>echo</c>, <c>schema</c>, or the path of a JSON Lines file of <c>{custom_id, text}</c>.</summary>
    public string Answers { get; set; } = "echo";

    /// <summary>Counts move while the batch runs, as captures show; the documentation says they do not.</summary>
    public bool CountsMoveEarly { get; set; }

    /// <summary>The most requests in the queue of running batches; more are refused with 429.</summary>
    public int? QueueLimit { get; set; }

    public string OrganizationId { get; set; } = "00000000-0000-4000-8000-000000000001";

    public string WorkspaceId { get; set; } = "wrkspc_01Emulated0000000000000";

    /// <summary>The only key that is accepted; null accepts any that does not begin with <c>sk-ant-invalid</c>.</summary>
    public string? ApiKey { get; set; }

    /// <summary>A plan from names and values as a shell's hashtable holds them.</summary>
    /// <exception cref="ArgumentException">A name is unknown or a value does not fit; the message says which.</exception>
    public static EmulatorPlan FromDictionary(IDictionary values)
    {
        EmulatorPlan plan = new();
        PropertyInfo[] properties = typeof(EmulatorPlan).GetProperties(BindingFlags.Instance | BindingFlags.Public);
        foreach (DictionaryEntry entry in values)
        {
            string name = Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!;
            PropertyInfo property = Array.Find(properties, p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase))
                ?? throw new ArgumentException(
                    $"The emulator's plan has no '{name}'. It has {string.Join(", ", properties.Select(static p => p.Name))}.");
            try
            {
                property.SetValue(plan, Converted(entry.Value, property.PropertyType));
            }
            catch (Exception e) when (e is FormatException or InvalidCastException or OverflowException)
            {
                throw new ArgumentException($"'{entry.Value}' does not fit the plan's '{property.Name}'.", e);
            }
        }

        plan.Check();
        return plan;
    }

    private static object? Converted(object? value, Type type)
    {
        Type target = Nullable.GetUnderlyingType(type) ?? type;
        if (value is null || target.IsInstanceOfType(value))
        {
            return value;
        }

        if (target != typeof(TimeSpan))
        {
            return Convert.ChangeType(value, target, CultureInfo.InvariantCulture);
        }

        return value is string text && text.Contains(':', StringComparison.Ordinal)
            ? TimeSpan.Parse(text, CultureInfo.InvariantCulture)
            : TimeSpan.FromSeconds(Convert.ToDouble(value, CultureInfo.InvariantCulture));
    }

    private void Check()
    {
        double[] shares = [Errored, Invalid, Expired, Canceled];
        if (shares.Any(static s => s is < 0 or > 1 || double.IsNaN(s)) || shares.Sum() > 1 + 1e-9)
        {
            throw new ArgumentException("The plan's shares Errored, Invalid, Expired and Canceled lie between 0 and 1, and so does their sum.");
        }

        if (Speed is not (> 0 and <= 1e7))
        {
            throw new ArgumentException("The plan's Speed is a number above 0, at most 10,000,000.");
        }
    }
}
