using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Tests.Ledger;

/// <summary>The border between members and the words of the ledger.</summary>
public sealed class WordTests : IDisposable
{
    private readonly EngineFixture _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Every_member_has_a_word_in_SQL_and_back()
    {
        RoundTrip<BatchState>();
        RoundTrip<Adoption>();
        RoundTrip<Hold>();
        RoundTrip<Outcome>();
        RoundTrip<FailureClass>();
        RoundTrip<EventKind>();
        RoundTrip<PauseCause>();
    }

    [Fact]
    public void A_word_is_one_object_however_often_it_is_asked_for()
        => Assert.Same(Word<Outcome>.Of(Outcome.Succeeded), Word<Outcome>.Of(Outcome.Succeeded));

    [Theory]
    [InlineData("UPDATE batch SET state = 'Dreaming'", "batch state 'Dreaming'")]
    [InlineData("UPDATE batch SET state = 'spooled'", "batch state 'spooled'")]
    [InlineData("UPDATE batch SET adopted = 'Perhaps'", "adoption 'Perhaps'")]
    [InlineData("UPDATE batch SET held_for = 'Ransom'", "hold 'Ransom'")]
    [InlineData("UPDATE attempt SET outcome = 'Evaporated'", "outcome 'Evaporated'")]
    [InlineData("UPDATE attempt SET outcome = 'Errored', failure_class = 'Cosmic'", "failure class 'Cosmic'")]
    public void An_unknown_word_is_no_default(string change, string named)
    {
        _engine.Seal("job", "a", "b");
        _engine.Ledger.Database.Execute(change);

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(
            () => _engine.Ledger.Batches.All().SelectMany(b => _engine.Ledger.Attempts.All(b)).ToList());
        Assert.Equal((FailureKind.Storage, "LedgerUnreadable"), (failure.Kind, failure.Id));
        Assert.Equal($"The ledger holds the {named}, which this version does not know.", failure.Message);
    }

    [Fact]
    public void An_unknown_outcome_is_in_no_bucket()
    {
        JobRecord job = _engine.Seal("job", "a", "b").Job;
        _engine.Ledger.Database.Execute("UPDATE attempt SET outcome = 'Evaporated'");

        Assert.Equal("LedgerUnreadable", Assert.Throws<ClaudeBatchException>(() => _engine.Ledger.Jobs.Totals(job)).Id);
    }

    [Fact]
    public void A_member_is_not_bound_by_its_number() => Assert.ThrowsAny<ArgumentException>(
        () => _engine.Ledger.Database.Execute("UPDATE batch SET state = $state", ("$state", BatchState.Spooled)));

    [Fact]
    public void Every_outcome_is_a_status_and_every_state_an_event_of_its_name()
    {
        Assert.All(
            Enum.GetValues<Outcome>(),
            static o => Assert.Equal(o.ToString(), RequestStatuses.Of(BatchState.Collected, o).ToString()));
        Assert.All(
            Enum.GetValues<BatchState>().Except([BatchState.Draft]),
            static s => Assert.Equal(s.ToString(), s.Event().ToString()));
    }

    private void RoundTrip<T>()
        where T : struct, Enum
        => Assert.All(Enum.GetValues<T>(), member =>
        {
            string word = Word<T>.Of(member);
            Assert.Equal(member.ToString(), word);
            Assert.Equal(
                [member], _engine.Ledger.Database.Read("SELECT $word AS word", static row => row.Member<T>("word"), ("$word", word)));
        });
}
