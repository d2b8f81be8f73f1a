using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaudeBatch.Emulator;

/// <summary>How the emulated service behaves: shares of outcomes, pace, answers.</summary>
public sealed class EmulatorPlan
{
    /// <summary>Share of requests that fail at execution with an error worth a retry; drawn anew in each batch.</summary>
    public double Errored { get; set; }

    /// <summary>Share of requests that fail validation; the same ones in every batch, until they are changed.</summary>
    public double Invalid { get; set; }

    /// <summary>Share of requests that fail because the account's credit is used up; of a batch made under a plan without it none does.</summary>
    public double Unpaid { get; set; }

    public double Expired { get; set; }

    public double Canceled { get; set; }

    /// <summary>How long a batch runs, in the emulator's time. Over 24 hours the rest expires, as at the service.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Chance, so that a rehearsal repeats.</summary>
    public int Seed { get; set; }

    /// <summary>How many times faster than the wall clock the emulator's time runs while nobody works or somebody waits.</summary>
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

    /// <summary>What goes wrong. It belongs to the process that talks, not to the batch.</summary>
    [JsonIgnore]
    public EmulatorFault[] Faults { get; set; } = [];

    /// <summary>A plan from names and values as a shell's hashtable holds them.</summary>
    /// <exception cref="ArgumentException">A name is unknown or a value does not fit; the message says which.</exception>
    public static EmulatorPlan FromDictionary(IDictionary values)
    {
        EmulatorPlan plan = new();
        foreach (DictionaryEntry entry in values)
        {
            PlanValues.Set(plan, Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!, entry.Value, "plan");
        }

        plan.Check();
        return plan;
    }

    /// <summary>A plan from a JSON object of the same names.</summary>
    /// <exception cref="ArgumentException">A name is unknown or a value does not fit.</exception>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static EmulatorPlan FromJson(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return PlanValues.Bare(document.RootElement) is IDictionary values
            ? FromDictionary(values)
            : throw new ArgumentException("A plan is a JSON object, such as {\"Errored\": 0.1}.");
    }

    private void Check()
    {
        double[] shares = [Errored, Invalid, Unpaid, Expired, Canceled];
        if (shares.Any(static s => s is < 0 or > 1 || double.IsNaN(s)) || shares.Sum() > 1 + 1e-9)
        {
            throw new ArgumentException("The plan's shares Errored, Invalid, Unpaid, Expired and Canceled lie between 0 and 1, and so does their sum.");
        }

        if (Speed is not (> 0 and <= 1e7))
        {
            throw new ArgumentException("The plan's Speed is a number above 0, at most 10,000,000.");
        }
    }
}
