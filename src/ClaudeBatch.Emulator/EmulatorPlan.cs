using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaudeBatch.Emulator;

/// <summary>The plan of how the emulated service behaves: the shares of outcomes, its speed, its answers and its faults.</summary>
public sealed class EmulatorPlan
{
    /// <summary>The share of requests (0 to 1) that fail with an error that is worth a retry. It is drawn anew for each batch.</summary>
    public double Errored { get; set; }

    /// <summary>
    /// The share of requests (0 to 1) that are found invalid. The same requests fail in every batch until they are changed.
    /// </summary>
    public double Invalid { get; set; }

    /// <summary>
    /// The share of requests (0 to 1) that fail because the account's credit is used up. A batch keeps the share of the plan under which it
    /// was made.
    /// </summary>
    public double Unpaid { get; set; }

    public double Expired { get; set; }

    public double Canceled { get; set; }

    /// <summary>
    /// How long a batch runs, in the emulator's time. Requests that are not done after 24 hours expire, as at the service.
    /// </summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The seed of all that is random, so that a rehearsal can be repeated.</summary>
    public int Seed { get; set; }

    /// <summary>How many times faster than the real time the emulator's clock runs while no command works, or while one waits.</summary>
    public double Speed { get; set; } = 60;

    /// <summary>
    /// The source of the answers: <c>echo</c>, <c>schema</c>, or the path of a JSON Lines file of <c>{custom_id, text}</c>.
    /// </summary>
    public string Answers { get; set; } = "echo";

    /// <summary>
    /// In how many rounds of a conversation the model calls tools of the user before it answers in words. Where a request forces a tool, it calls one
    /// in any case.
    /// </summary>
    public int ToolRounds { get; set; }

    /// <summary>How many calls an answer has that calls tools.</summary>
    public int ToolCalls { get; set; } = 1;

    /// <summary>How often a turn pauses before it goes on, where the request has the tool of the service that searches the web.</summary>
    public int Pauses { get; set; }

    /// <summary>
    /// Whether answers begin with a signed thinking block where thinking is on: by the request, or because the model always thinks.
    /// </summary>
    public bool ThinkingBlocks { get; set; }

    /// <summary>
    /// Whether answers are written as a careless client spoils them: odd spaces, escapes and numbers, empty texts, fields that it does not know.
    /// </summary>
    public bool OddContent { get; set; }

    /// <summary>
    /// Whether a request fails in which an answer with calls comes back with other bytes than it had. The service reads the JSON and does not care.
    /// </summary>
    public bool Verbatim { get; set; }

    /// <summary>
    /// Whether the counts change while a batch runs, as recorded replies show. The service's documentation says that they do not.
    /// </summary>
    public bool CountsMoveEarly { get; set; }

    /// <summary>
    /// The most requests in batches that run. A batch with which there would be more is refused with 429; null for no limit.
    /// </summary>
    public int? QueueLimit { get; set; }

    /// <summary>The most bytes of all uploaded files. A file that has no room is refused; null for no limit.</summary>
    public long? FileStorage { get; set; }

    public string OrganizationId { get; set; } = "00000000-0000-4000-8000-000000000001";

    public string WorkspaceId { get; set; } = "wrkspc_01Emulated0000000000000";

    /// <summary>The only API key that is accepted; null to accept every key that does not begin with <c>sk-ant-invalid</c>.</summary>
    public string? ApiKey { get; set; }

    /// <summary>
    /// The workspaces of the API key, where it spans several: the header <c>anthropic-workspace-id</c> chooses, else it is the first. None for
    /// <see cref="WorkspaceId"/> alone.
    /// </summary>
    [JsonIgnore]
    public string[] ApiKeyWorkspaceIds { get; set; } = [];

    /// <summary>Whose tokens are exchanged for access tokens; null for nobody's.</summary>
    [JsonIgnore]
    public EmulatorFederation? Federation { get; set; }

    /// <summary>The sign-ins whose refresh tokens are taken.</summary>
    [JsonIgnore]
    public EmulatorOAuthClient[] OAuthClients { get; set; } = [];

    /// <summary>Claude Platform on AWS, as which the emulator behaves; null for the Claude API.</summary>
    [JsonIgnore]
    public EmulatorAws? Aws { get; set; }

    /// <summary>Claude on Google Cloud, as which the emulator behaves; null for the Claude API.</summary>
    [JsonIgnore]
    public EmulatorGoogleCloud? GoogleCloud { get; set; }

    /// <summary>The faults. They belong to the process that makes the calls, and are not kept with a batch.</summary>
    [JsonIgnore]
    public EmulatorFault[] Faults { get; set; } = [];

    /// <summary>Makes a plan from the names and values of a shell's hashtable.</summary>
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

    /// <summary>Makes a plan from a JSON object with the same names.</summary>
    /// <exception cref="ArgumentException">A name is unknown or a value does not fit.</exception>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static EmulatorPlan FromJson(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return PlanValues.ToShellValue(document.RootElement) is IDictionary values
            ? FromDictionary(values)
            : throw new ArgumentException("A plan is a JSON object, such as {\"Errored\": 0.1}.");
    }

    private void Check()
    {
        double[] shares = [Errored, Invalid, Unpaid, Expired, Canceled];
        if (shares.Any(static s => s is < 0 or > 1 || double.IsNaN(s)) || shares.Sum() > 1 + 1e-9)
        {
            throw new ArgumentException("The plan's shares Errored, Invalid, Unpaid, Expired and Canceled "
                + "lie between 0 and 1, and so does their sum.");
        }

        if (ToolRounds < 0 || Pauses < 0 || ToolCalls < 1)
        {
            throw new ArgumentException("The plan's ToolRounds and Pauses are 0 or more, and its ToolCalls 1 or more.");
        }

        if (Speed is not (> 0 and <= 1e7))
        {
            throw new ArgumentException("The plan's Speed is a number above 0, at most 10,000,000.");
        }

        if ((Aws is null ? 0 : 1) + (GoogleCloud is null ? 0 : 1) + (Federation is null && OAuthClients.Length == 0 ? 0 : 1) > 1)
        {
            throw new ArgumentException("A plan has Aws or GoogleCloud alone, and neither beside Federation and OAuthClients: "
                + "those platforms take no access tokens of the Claude API.");
        }

        Federation?.Check();
        Aws?.Check();
        GoogleCloud?.Check();
        Array.ForEach(OAuthClients, static c => c.Check());
    }
}
