using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Retries;
using ClaudeBatch.Core.Running;

namespace ClaudeBatch.Core.Tests.Running;

/// <summary>What the answers of a job's first requests must be so that the others follow, and what a person reads of them.</summary>
public sealed class CanaryTests : IDisposable
{
    private const string ToGoOn = " Nothing more is sent. To send the rest all the same: Resume-ClaudeBatch -Job job -Force";

    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public CanaryTests() => _engine = new EngineFixture(between: service => _network = new InterferingHandler(service));

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_good_canary_lets_the_rest_go_and_says_what_all_will_cost()
    {
        BatchRecord[] parts = Seal(2, Good("a"), Good("b", "Longer, and dearer by some tokens"), Good("c"), Good("d"), Good("e"));
        long each = CostOf(await _engine.RunAsync(parts[0])) / 2;

        RoundNote note = Judge()!;

        Assert.Equal(
            $"Canary of job 'job': 2 sent, 2 complete, 0 failed, 0 not complete; {Dollars(each)} each, about {Dollars(each * 5)} for all 5.",
            note.Message);
        Assert.Equal((NoteWeight.Information, null, "job/2"), (note.Weight, note.Failure, note.Batch.Key));
        Assert.Equal(note.Message, Assert.Single(_engine.Journal(EventKind.StageReleased)));
        Assert.Null(_engine.Now(parts[1]).HeldFor);
        Assert.Null(Judge());
    }

    [Fact]
    public async Task A_canary_whose_answers_fail_pauses_the_job_with_the_first_ones_words()
    {
        BatchRecord[] parts = Seal(3, Good("a"), Bad("b"), Cut("c"), Good("d"));
        BatchRecord canary = await _engine.RunAsync(parts[0]);

        RoundNote note = Judge()!;

        long each = CostOf(canary) / 3;
        string start = $"Canary of job 'job': 3 sent, 1 complete, 1 failed, 1 not complete; {Dollars(each)} each, about {Dollars(each * 4)} for all 4. First, 'b': ";
        Assert.StartsWith(start, note.Message, StringComparison.Ordinal);
        Assert.EndsWith(ToGoOn, note.Message, StringComparison.Ordinal);
        Assert.Contains("claude-none", note.Message, StringComparison.Ordinal);
        Assert.Equal(
            (NoteWeight.Error, FailureKind.Conflict, "CanaryFailed", "job", note.Message),
            (note.Weight, note.Failure!.Kind, note.Failure.Id, note.Failure.Target, note.Failure.Message));
        JobRecord job = _engine.Job("job");
        Assert.Equal((PauseCause.CanaryFailed, note.Message), (job.PausedFor, job.PauseReason));
        Assert.Equal(Hold.Canary, _engine.Now(parts[1]).HeldFor);
    }

    [Fact]
    public async Task What_stays_as_it_was_is_told_again_and_written_down_once()
    {
        await _engine.RunAsync(Seal(1, Bad("a"), Good("b"))[0]);
        RoundNote first = Judge()!;
        _engine.Clock.Advance(TimeSpan.FromHours(3));

        RoundNote second = Judge()!;

        Assert.Equal((first.Message, "CanaryFailed"), (second.Message, second.Failure!.Id));
        Assert.Equal(first.Message, Assert.Single(_engine.Journal(EventKind.CanaryFailed)));
        Assert.Equal(TimeSpan.FromHours(3), _engine.Clock.GetUtcNow().UtcDateTime - _engine.Job("job").PausedAt);
    }

    [Fact]
    public async Task What_failed_in_the_canary_counts_also_when_a_person_has_sent_it_again()
    {
        await _engine.RunAsync(Seal(2, Good("a"), Bad("b"), Good("c"))[0]);
        RoundNote before = Judge()!;
        RetryFilter failed = new() { Classes = new HashSet<FailureClass> { FailureClass.Permanent } };
        Assert.Single(new RetryPlanner(_engine.Ledger).Plan(_engine.Job("job"), failed, new SpoolLimits()));

        Assert.Equal(before.Message, Judge()!.Message);
    }

    [Theory]
    [InlineData(1, 0, null, true)]
    [InlineData(0, 1, null, true)]
    [InlineData(1, 1, null, false)]
    [InlineData(2, 2, 0.4, true)]
    [InlineData(3, 2, 0.4, false)]
    [InlineData(0, 1, 0.0, false)]
    [InlineData(10, 0, 1.0, true)]
    public async Task As_many_may_fail_as_the_ratio_says_and_no_more(int failed, int cut, double? ratio, bool goesOn)
    {
        PreparedRequest[] canary =
        [
            .. Enumerable.Range(0, failed).Select(static i => Bad($"bad-{i}")),
            .. Enumerable.Range(0, cut).Select(static i => Cut($"cut-{i}")),
            .. Enumerable.Range(0, 10 - failed - cut).Select(static i => Good($"good-{i}")),
        ];
        BatchRecord[] parts = Seal(10, [.. canary, Good("rest")]);
        _engine.Ledger.Jobs.SetLimits(_engine.Job("job"), 1, ratio, null);
        await _engine.RunAsync(parts[0]);

        Assert.Equal(goesOn, Judge()!.Failure is null);
        Assert.Equal(goesOn, _engine.Now(parts[1]).HeldFor is null);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-1, false)]
    public async Task The_rest_goes_if_all_cost_no_more_than_they_may(long above, bool goesOn)
    {
        BatchRecord[] parts = Seal(2, Good("a"), Good("b"), Good("c"), Good("d"), Good("e"));
        long all = CostOf(await _engine.RunAsync(parts[0])) / 2 * 5;
        _engine.Ledger.Jobs.SetLimits(_engine.Job("job"), 1, null, all + above);

        RoundNote note = Judge()!;

        Assert.Equal(goesOn, _engine.Now(parts[1]).HeldFor is null);
        Assert.Equal(goesOn ? null : "BudgetExceeded", note.Failure?.Id);
        Assert.Equal(goesOn ? null : PauseCause.BudgetExceeded, _engine.Job("job").PausedFor);
        Assert.Equal(!goesOn, note.Message.EndsWith($" for all 5. That is above -MaxCost {Dollars(all - 1)}.{ToGoOn}", StringComparison.Ordinal));
        Assert.Equal(goesOn ? 0 : 1, _engine.Journal(EventKind.BudgetExceeded).Length);
    }

    [Theory]
    [InlineData(null, null, "")]
    [InlineData(2_500_000_000_000, "BudgetExceeded", " -MaxCost $2.50 cannot be held so." + ToGoOn)]
    public async Task Where_the_price_is_not_known_the_rest_goes_only_without_a_limit(long? maxCost, string? failure, string words)
    {
        BatchRecord[] parts = Seal(1, Good("a"), Good("b"));
        ChangeResults("claude-haiku-4-5", "claude-unheard-of");
        await _engine.RunAsync(parts[0]);
        _engine.Ledger.Jobs.SetLimits(_engine.Job("job"), 1, null, maxCost);

        RoundNote note = Judge()!;

        Assert.EndsWith(" 1 complete, 0 failed, 0 not complete; what it cost is not known." + words, note.Message, StringComparison.Ordinal);
        Assert.Equal(failure, note.Failure?.Id);
        Assert.Equal(failure is null, _engine.Now(parts[1]).HeldFor is null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_words_of_a_failure_do_not_have_the_key(bool isKnown)
    {
        BatchRecord canary = Seal(1, Bad("a"), Good("b"))[0];
        ChangeResults("claude-none", "sk-ant-test");
        await _engine.RunAsync(canary);

        string message = new StageGate(_engine.Ledger, isKnown ? _engine.Connection.Credential : null).Judge(_engine.Job("job"))!.Message;

        Assert.Equal(!isKnown, message.Contains("sk-ant-test", StringComparison.Ordinal));
        Assert.Contains("First, 'a': ", message, StringComparison.Ordinal);
    }

    private static PreparedRequest Good(string id, string prompt = "Hi") => EngineFixture.Request(id, prompt);

    // The answer repeats the prompt, and is cut after the 100 tokens that the request allows.
    private static PreparedRequest Cut(string id) => EngineFixture.Request(id, new string('x', 1000));

    private static PreparedRequest Bad(string id) => EngineFixture.Request(id, model: "claude-none");

    private BatchRecord[] Seal(int canary, params PreparedRequest[] requests)
    {
        using JobInput input = _engine.OpenInput("job", staging: new Staging(canary, warmCache: false));
        return [.. EngineFixture.Seal(input, requests).NewBatches];
    }

    private RoundNote? Judge() => new StageGate(_engine.Ledger, _engine.Connection.Credential).Judge(_engine.Job("job"));

    // In a batch, a million input tokens of the model cost half of 1 USD, and a million output tokens half of 5 USD.
    private long CostOf(BatchRecord batch)
    {
        using ResultReader reader = new(_engine.Ledger);
        return reader.InOrder([batch]).Select(static r => ResultLine.Parse(r.Line)!.Usage).Sum(static u => (u.InputTokens * 500_000) + (u.OutputTokens * 2_500_000));
    }

    private static string Dollars(long picodollars) => PriceList.Text(PriceList.ToDollars(picodollars));

    private void ChangeResults(string from, string to) => _network!.After = (request, response) =>
    {
        if (request.RequestUri!.AbsolutePath.EndsWith("/results", StringComparison.Ordinal))
        {
            string text = response.Content.ReadAsStringAsync().GetAwaiter().GetResult();
            response.Content = new StringContent(text.Replace(from, to, StringComparison.Ordinal));
        }

        return response;
    };
}
