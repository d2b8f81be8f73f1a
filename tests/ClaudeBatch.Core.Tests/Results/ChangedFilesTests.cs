using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Retries;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Results;

/// <summary>What was changed in the ledger's files from outside is noticed when it is read, and is neither shown nor sent.</summary>
public sealed class ChangedFilesTests : IDisposable
{
    private readonly EngineFixture _engine = new(new EmulatorPlan());

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_changed_answer_is_an_error_with_the_file_and_the_line_that_downloads_it_again()
    {
        BatchRecord batch = await CollectedAsync();
        string path = Results(batch);
        Change(path, "end_turn", "end_TURN");

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => ReadAll(batch));

        Assert.Equal(("ResultsChanged", path), (failure.Id, failure.Target));
        Assert.Contains($"Get-ClaudeBatchResult -Id {batch.ServiceId} -Refresh", failure.Message, StringComparison.Ordinal);
        Assert.True(Check(readsFiles: false).IsReconciled);
        BookProblem problem = Assert.Single(Check().Problems);
        Assert.Equal((ProblemKind.FileChanged, "job/1"), (problem.Kind, problem.Batch));
        Assert.Contains(path, problem.Message, StringComparison.Ordinal);

        await new BatchCollector(_engine.Ledger, _engine.Api, _engine.Clock).CollectAsync(batch.Id, null, CancellationToken.None, again: true);

        Assert.Equal(3, ReadAll(batch));
        Assert.True(Check().IsReconciled);
    }

    [Fact]
    public async Task A_shortened_file_of_answers_is_the_same_error()
    {
        BatchRecord batch = await CollectedAsync();
        string path = Results(batch);
        using (FileStream file = new(path, FileMode.Open))
        {
            file.SetLength(file.Length / 2);
        }

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => ReadAll(batch));

        Assert.Equal(("ResultsChanged", path), (failure.Id, failure.Target));
        Assert.Contains($"Get-ClaudeBatchResult -Id {batch.ServiceId} -Refresh", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_of_an_earlier_version_get_their_digests_when_they_are_first_read()
    {
        BatchRecord batch = await CollectedAsync();
        ForgetLineDigests();

        Assert.Equal(3, ReadAll(batch));

        BatchRecord now = _engine.Ledger.Batches.Get(batch.Id);
        Assert.True(now.HasLineDigests);
        Assert.All(_engine.Ledger.Attempts.OfBatch(now, -1, 10), static a => Assert.NotEqual(0, a.ResultDigest));
        Change(Results(batch), "end_turn", "end_TURN");
        Assert.Equal("ResultsChanged", Assert.Throws<ClaudeBatchException>(() => ReadAll(batch)).Id);
    }

    [Fact]
    public async Task Answers_of_an_earlier_version_that_were_changed_get_no_digests()
    {
        BatchRecord batch = await CollectedAsync();
        AttemptRecord first = _engine.Ledger.Attempts.OfBatch(batch, -1, 1)[0];
        ForgetLineDigests();
        Change(Results(batch), "end_turn", "end_TURN");

        Assert.Equal("ResultsChanged", Assert.Throws<ClaudeBatchException>(() => ReadAll(batch)).Id);

        BatchRecord now = _engine.Ledger.Batches.Get(batch.Id);
        Assert.False(now.HasLineDigests);
        using ResultReader reader = new(_engine.Ledger); // whoever reads a single result is told, too
        Assert.Equal("ResultsChanged", Assert.Throws<ClaudeBatchException>(() => reader.Read(now, first with { ResultDigest = 0 })).Id);
    }

    [Fact]
    public async Task A_file_of_an_earlier_version_keeps_its_name()
    {
        BatchRecord batch = await CollectedAsync();
        string old = Path.Combine(_engine.Ledger.Folder.Job(batch.JobId), "part-0001.results.jsonl");
        File.Move(Results(batch), old);
        _engine.Ledger.Database.Execute("UPDATE batch SET results_file = 0, downloads = 0");

        Assert.Equal(3, ReadAll(batch));
        await new BatchCollector(_engine.Ledger, _engine.Api, _engine.Clock).CollectAsync(batch.Id, null, CancellationToken.None, again: true);

        Assert.Equal("part-0001.results-1.jsonl", Path.GetFileName(Assert.Single(_engine.Ledger.Folder.AllResults(batch.JobId, batch.Part))));
        Assert.Equal(3, ReadAll(batch));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_that_was_changed_on_the_disk_is_not_sent_again(bool isOfEarlierVersion)
    {
        _engine.Plan.Errored = 1;
        BatchRecord batch = await CollectedAsync();
        if (isOfEarlierVersion)
        {
            _engine.Ledger.Database.Execute("UPDATE attempt SET spool_digest = NULL");
        }

        string path = _engine.Ledger.Folder.Spool(batch.JobId, batch.Part);
        Change(path, "\"Hi\"", "\"Ho\"");

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(
            () => new RetryPlanner(_engine.Ledger).Plan(_engine.Job("job"), new RetryFilter(), new SpoolLimits()));

        Assert.Equal(("SpoolChanged", FailureCause.SpoolChanged, path), (failure.Id, failure.Cause, failure.Target));
        using SpoolReader reader = new(_engine.Ledger);
        Assert.Equal("SpoolChanged", Assert.Throws<ClaudeBatchException>(() => reader.OfBatch(batch, static (_, _) => true).ToArray()).Id);
        Assert.Contains(Check().Problems, p => p.Kind == ProblemKind.FileChanged && p.Message.Contains(path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_retry_by_itself_of_a_changed_request_ends_the_step()
    {
        _engine.Plan.Errored = 1;
        BatchRecord batch = await CollectedAsync();
        _engine.Ledger.Jobs.SetLimits(_engine.Job("job"), 3, null, null);
        Change(_engine.Ledger.Folder.Spool(batch.JobId, batch.Part), "\"Hi\"", "\"Ho\"");
        JobStep step = new(
            _engine.Ledger, new BatchRound(_engine.Ledger, _engine.Api), new BatchCollector(_engine.Ledger, _engine.Api, _engine.Clock));

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(
            () => step.RunAsync(_engine.Job("job"), isAsked: true, CancellationToken.None));

        Assert.Equal("SpoolChanged", failure.Id);
    }

    [Fact]
    public async Task Requests_of_an_earlier_version_that_are_what_was_sealed_are_sent_again()
    {
        _engine.Plan.Errored = 1;
        await CollectedAsync();
        _engine.Ledger.Database.Execute("UPDATE attempt SET spool_digest = NULL");

        BatchRecord retry = Assert.Single(new RetryPlanner(_engine.Ledger).Plan(_engine.Job("job"), new RetryFilter(), new SpoolLimits()));

        Assert.Equal(3, retry.RequestCount);
        Assert.All(_engine.Ledger.Attempts.OfBatch(retry, -1, 10), static a => Assert.NotEqual(0, a.SpoolDigest));
    }

    [Fact]
    public async Task A_changed_row_is_an_error_that_says_where_the_answers_are()
    {
        BatchRecord batch = await CollectedAsync();
        string path = _engine.Ledger.Folder.Source(batch.JobId);
        Change(path, "\"row\"", "\"ROW\"");

        ClaudeBatchException failure = Assert.Throws<ClaudeBatchException>(() => ReadAll(batch));

        Assert.Equal(("SourceChanged", path), (failure.Id, failure.Target));
        Assert.Contains(Results(batch), failure.Message, StringComparison.Ordinal);
        using SpoolReader reader = new(_engine.Ledger);
        Assert.Equal("SourceChanged", Assert.Throws<ClaudeBatchException>(() => reader.OfBatch(batch, static (_, _) => true).ToArray()).Id);
        _engine.Ledger.Database.Execute("UPDATE request SET source_digest = NULL"); // an earlier version has kept none
        Assert.Equal(3, ReadAll(batch));
    }

    private Task<BatchRecord> CollectedAsync() => _engine.RunAsync(_engine.Seal("job", "a", "b", "c").NewBatches[0]);

    private string Results(BatchRecord batch) => Assert.Single(_engine.Ledger.Folder.AllResults(batch.JobId, batch.Part));

    private int ReadAll(BatchRecord batch)
    {
        using ResultReader reader = new(_engine.Ledger);
        return reader.InOrder([_engine.Ledger.Batches.Get(batch.Id)]).Count();
    }

    private BookCheck Check(bool readsFiles = true) => new Reconciler(_engine.Ledger).Check(_engine.Job("job"), readsFiles);

    private void ForgetLineDigests()
    {
        _engine.Ledger.Database.Execute("UPDATE attempt SET result_digest = NULL");
        _engine.Ledger.Database.Execute("UPDATE batch SET has_line_digests = 0");
    }

    private static void Change(string path, string from, string to)
    {
        string text = File.ReadAllText(path);
        int at = text.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, text);
        File.WriteAllText(path, string.Concat(text.AsSpan(0, at), to, text.AsSpan(at + from.Length)));
    }
}
