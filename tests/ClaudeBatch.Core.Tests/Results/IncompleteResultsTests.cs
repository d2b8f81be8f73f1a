using System.IO.Compression;
using System.Net;
using System.Text;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Emulator;

namespace ClaudeBatch.Core.Tests.Results;

/// <summary>What comes for results may be none, or not all of them: what came is kept, and what lacks is asked for again.</summary>
public sealed class IncompleteResultsTests : IDisposable
{
    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    private int _downloads;

    public IncompleteResultsTests() => _engine = new EngineFixture(
        new EmulatorPlan { Latency = TimeSpan.FromMinutes(10) }, service => _network = new InterferingHandler(service));

    public void Dispose() => _engine.Dispose();

    public static TheoryData<string, string> Replies => new()
    {
        { "page", "\"Sign in to the network\" (text/html)" },
        { "204", "an empty body (status 204)" },
        { "empty", "an empty body" },
        { "binary", "a body that cannot be read (no content type, encoded as br)" },
        { "json error", "\"{\"error\":\"maintenance\"}\" (application/json)" },
    };

    [Theory]
    [MemberData(nameof(Replies))]
    public async Task A_reply_without_results_is_told_and_no_row_is_missing(string reply, string words)
    {
        Answer(_ => NoResults(reply));
        BatchRecord batch = await EndedAsync("a", "b", "c");

        ClaudeBatchException[] failures = await StepsAsync(5);

        Assert.All(failures, static f => Assert.Equal("ResultsUnreadable", f.Id));
        Assert.Contains(words, failures[0].Message, StringComparison.Ordinal);
        Assert.Equal((3, 0), (Totals.Pending, Totals.Missing));
        BatchRecord now = _engine.Ledger.Batches.Get(batch.Id);
        Assert.Equal((BatchState.Ended, 0), (now.State, now.CompleteDownloads));
        Assert.Empty(_engine.Ledger.Folder.AllResults(now.JobId, now.Part));

        Answer(static r => r);
        await StepsAsync(1);

        Assert.Equal(3, Totals.Succeeded);
        Assert.True(Check().IsReconciled);
    }

    [Fact]
    public async Task A_body_that_cannot_be_decoded_is_never_complete_and_what_came_before_is_kept()
    {
        Answer(static r =>
        {
            r.Version = HttpVersion.Version20; // it says where its body ends, without a length
            return Replaced(r, new StreamContent(WronglyCompressed(Lines(Text(r), 2))));
        });
        BatchRecord batch = await EndedAsync("a", "b", "c");

        ClaudeBatchException[] failures = await StepsAsync(5);

        Assert.All(failures, static f => Assert.Equal(("ResultsCut", typeof(InvalidDataException)), (f.Id, f.InnerException?.GetType())));
        Assert.Equal((5, 0), (failures.Length, _engine.Ledger.Batches.Get(batch.Id).CompleteDownloads));
        Assert.Equal((2, 1, 0), (Totals.Succeeded, Totals.Pending, Totals.Missing));
    }

    [Fact]
    public async Task A_torn_line_is_never_missing_and_quotes_nothing_of_an_answer()
    {
        AnswerWith(static body => body[..^10]);
        await EndedAsync("a", "b");

        ClaudeBatchException[] failures = await StepsAsync(6);

        Assert.All(failures, static f => Assert.DoesNotContain("Hi", f.Message, StringComparison.Ordinal));
        Assert.Equal((1, 1), (Totals.Succeeded, Totals.Pending));
    }

    [Fact]
    public async Task A_body_that_ends_with_its_connection_proves_nothing()
    {
        AnswerWith(static body => Lines(body, 1), static content => new UnframedContent(content));
        await EndedAsync("a", "b");

        await StepsAsync(8);

        Assert.Equal((1, 1), (Totals.Succeeded, Totals.Pending));
    }

    [Fact]
    public async Task What_came_is_readable_at_once_and_what_lacks_is_pending()
    {
        AnswerWith(static body => Lines(body, 2));
        BatchRecord batch = await EndedAsync("a", "b", "c");

        ClaudeBatchException failure = Assert.Single(await StepsAsync(1));

        Assert.Equal("ResultsIncomplete", failure.Id);
        Assert.Contains("1 of 3 requests have no answer yet", failure.Message, StringComparison.Ordinal);
        Assert.Equal((2, 1, 0), (Totals.Succeeded, Totals.Pending, Totals.Missing));
        using ResultReader reader = new(_engine.Ledger);
        CollectedResult[] results = [.. reader.InOrder([_engine.Ledger.Batches.Get(batch.Id)])];
        Assert.Equal(2, results.Count(static r => ResultLine.Parse(r.Line)?.CustomId == r.Attempt.CustomId));
        Assert.Equal(ProblemKind.Pending, Assert.Single(new Reconciler(_engine.Ledger).Check(_engine.Ledger.Batches.Get(batch.Id))).Kind);
    }

    [Fact]
    public async Task Lines_of_a_download_that_broke_off_are_kept_and_the_rest_comes()
    {
        AnswerWith(static body => body, static content => new UnframedContent(content, cutAfter: 2));
        BatchRecord batch = await EndedAsync("a", "b", "c");

        ClaudeBatchException cut = Assert.Single(await StepsAsync(1));

        Assert.Equal(("ResultsCut", "job/1"), (cut.Id, cut.Target));
        // The end of what came is the beginning of a line, and not one that nobody can read.
        Assert.DoesNotContain("cannot be read", cut.Message, StringComparison.Ordinal);
        Assert.Equal((1, 2), (Totals.Succeeded, Totals.Pending));
        AnswerWith(static body => LinesFrom(body, 1));
        await StepsAsync(1);

        Assert.Equal(BatchState.Collected, _engine.Ledger.Batches.Get(batch.Id).State);
        AssertReadable(batch, "a", "b", "c");
        Assert.True(Check(readsFiles: true).IsReconciled);
    }

    [Fact]
    public async Task Three_complete_downloads_over_a_minute_make_a_row_missing_and_not_one_sooner()
    {
        AnswerWith(static body => Lines(body, 2));
        BatchRecord batch = await EndedAsync("a", "b", "c");
        DateTimeOffset began = _engine.Clock.GetUtcNow();

        while (_engine.Ledger.Batches.Get(batch.Id).State == BatchState.Ended)
        {
            await StepAsync();
            Assert.Equal(Totals.Missing == 0, _engine.Clock.GetUtcNow() - began < TimeSpan.FromMinutes(1) || _downloads < 3);
            _engine.Clock.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(3, _downloads);
        Assert.Equal((2, 1, 0), (Totals.Succeeded, Totals.Missing, Totals.Pending));
        Assert.Contains(Check().Problems, static p => p.Kind == ProblemKind.Missing && p.CustomIds.Count == 1);
    }

    [Fact]
    public async Task A_person_who_asks_ten_times_in_a_second_makes_nothing_missing()
    {
        AnswerWith(static body => Lines(body, 2));
        BatchRecord batch = await EndedAsync("a", "b", "c");

        for (int i = 0; i < 10; i++)
        {
            await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.CollectAsync(batch));
            _engine.Clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal((10, 1, 0), (_downloads, Totals.Pending, Totals.Missing));
    }

    [Fact]
    public async Task Answers_that_come_one_after_the_other_begin_the_count_anew()
    {
        int lines = 1;
        AnswerWith(body => Lines(body, lines));
        BatchRecord batch = await EndedAsync("a", "b", "c", "d", "e");

        for (; lines < 5; lines++)
        {
            await StepAsync();
            _engine.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal((4, 1, 0), (Totals.Succeeded, Totals.Pending, Totals.Missing));
        await StepAsync();
        Assert.Equal(BatchState.Collected, _engine.Ledger.Batches.Get(batch.Id).State);
        AssertReadable(batch, "a", "b", "c", "d", "e");
    }

    [Fact]
    public async Task Missing_rows_are_asked_for_after_an_hour_a_day_and_a_week_and_silently()
    {
        AnswerWith(static body => Lines(body, 2));
        await EndedAsync("a", "b", "c");
        await StepsAsync(4);
        Assert.Equal(1, Totals.Missing);
        int events = Events();
        DateTimeOffset began = _engine.Clock.GetUtcNow();
        List<double> hours = [];
        int before = _downloads;

        for (int i = 0; i < 12 * 24; i++)
        {
            _engine.Clock.Advance(TimeSpan.FromHours(1.01));
            if (Step.IsDue(_engine.Job("job"), isNamed: true))
            {
                Assert.Empty(await StepAsync());
                hours.Add((_engine.Clock.GetUtcNow() - began).TotalHours);
            }
        }

        Assert.Equal(3, _downloads - before);
        Assert.Equal(3, hours.Count);
        Assert.InRange(hours[0], 1, 3);
        Assert.InRange(hours[1] - hours[0], 24, 26);
        Assert.InRange(hours[2] - hours[1], 168, 170);
        Assert.Equal(events, Events());
        Assert.Equal(1, Totals.Missing);
    }

    [Fact]
    public async Task A_missing_row_whose_answer_comes_after_all_is_written_with_an_event()
    {
        AnswerWith(static body => Lines(body, 2));
        BatchRecord batch = await EndedAsync("a", "b", "c");
        await StepsAsync(4);
        // Now only the line comes that was missing, so that the others are those of the file that is here.
        AnswerWith(static body => LinesFrom(body, 2));
        _engine.Clock.Advance(TimeSpan.FromHours(1));

        Assert.True(Step.IsDue(_engine.Job("job"), isNamed: false));
        await StepAsync();

        Assert.Equal((3, 0), (Totals.Succeeded, Totals.Missing));
        Assert.Contains(_engine.Ledger.Events.Read(null, null, 0, 100), static e => e.Kind == nameof(EventKind.AnswersArrived));
        AssertReadable(batch, "a", "b", "c");
        Assert.Single(_engine.Ledger.Folder.AllResults(batch.JobId, batch.Part));
        Assert.True(Check(readsFiles: true).IsReconciled, string.Join('\n', Check(readsFiles: true).Problems));
    }

    [Fact]
    public async Task Nobody_hears_of_a_network_that_is_gone_when_missing_rows_are_asked_for()
    {
        AnswerWith(static body => Lines(body, 2));
        BatchRecord batch = await EndedAsync("a", "b", "c");
        await StepsAsync(4);
        _network!.Before = static _ => throw new HttpRequestException("no network");
        _engine.Clock.Advance(TimeSpan.FromHours(2));

        Assert.Empty(await StepAsync());

        Assert.Equal(0, _engine.Ledger.Batches.Get(batch.Id).AskedAgain); // nobody was asked
    }

    [Fact]
    public async Task Without_a_complete_download_before_the_archive_the_rows_are_unknown()
    {
        Answer(static _ => NoResults("page"));
        BatchRecord batch = await EndedAsync("a", "b");
        await StepsAsync(2);
        _engine.Clock.Advance(TimeSpan.FromDays(28.9));
        await StepsAsync(1);
        Assert.Equal(2, Totals.Pending);

        _engine.Clock.Advance(TimeSpan.FromDays(0.2));
        ClaudeBatchException end = Assert.Single(await StepsAsync(1));

        Assert.Equal("ResultsExpired", end.Id);
        BatchRecord now = _engine.Ledger.Batches.Get(batch.Id);
        Assert.Equal(BatchState.Lost, now.State);
        Assert.Contains("is not known", now.Message, StringComparison.Ordinal);
        Assert.Equal((2, 0), (Totals.Unknown, Totals.Pending));
        Assert.False(Step.IsDue(_engine.Job("job"), isNamed: true));
    }

    [Fact]
    public async Task A_network_that_keeps_the_results_back_until_they_are_archived_leaves_the_rows_unknown_without_a_denial()
    {
        BatchRecord batch = await EndedAsync("a", "b");
        int calls = 0;
        _network!.Before = request => IsForResults(request) && ++calls > 0 ? NoResults("page") : null;
        await StepsAsync(2);
        _engine.Clock.Advance(TimeSpan.FromDays(28.9));
        Assert.Equal("ResultsUnreadable", Assert.Single(await StepsAsync(1)).Id);
        Assert.Equal(2, Totals.Pending);

        _engine.Clock.Advance(TimeSpan.FromDays(0.2));
        Assert.Equal("ResultsExpired", Assert.Single(await StepsAsync(1)).Id);

        Assert.Equal(4, calls);
        Assert.Equal(BatchState.Lost, _engine.Ledger.Batches.Get(batch.Id).State);
        Assert.Equal((2, 0), (Totals.Unknown, Totals.Pending));
        Assert.False(Step.IsDue(_engine.Job("job"), isNamed: true));
    }

    [Fact]
    public async Task A_batch_that_is_archived_when_it_is_seen_to_have_ended_is_not_downloaded()
    {
        BatchRecord sent = (await _engine.SendAsync(_engine.Seal("job", "a", "b").NewBatches[0])).Batch;
        _engine.Clock.Advance(TimeSpan.FromDays(30));
        _network!.Before = static request => IsForResults(request) ? throw new InvalidOperationException("It is archived.") : null;

        ClaudeBatchException end = Assert.Single(await StepsAsync(1));

        Assert.Equal("ResultsExpired", end.Id);
        BatchRecord now = _engine.Ledger.Batches.Get(sent.Id);
        Assert.Equal((BatchState.Lost, true), (now.State, now.ArchivedAt is not null));
        Assert.Equal(2, Totals.Unknown);
    }

    [Fact]
    public async Task A_batch_that_the_lists_show_archived_is_over()
    {
        BatchRecord batch = await EndedAsync("a", "b");
        _engine.Clock.Advance(TimeSpan.FromDays(29.5)); // the service denies the results, and its list says why

        ClaudeBatchException end = Assert.Single(await StepsAsync(1));

        Assert.Equal(("ResultsExpired", BatchState.Lost), (end.Id, _engine.Ledger.Batches.Get(batch.Id).State));
        Assert.Equal(2, Totals.Unknown);
    }

    [Fact]
    public async Task A_clock_of_ours_that_is_a_month_ahead_gives_nothing_up()
    {
        using EngineFixture skewed = new(
            new EmulatorPlan { Latency = TimeSpan.FromMinutes(10) },
            service => _network = new InterferingHandler(service),
            skew: TimeSpan.FromDays(30));
        Answer(static r => WithDate(r, NoResults("page")));
        BatchRecord batch = await EndedAsync(skewed, "a");

        await Assert.ThrowsAsync<ClaudeBatchException>(
            () => new BatchCollector(skewed.Ledger, skewed.Api, skewed.Ledger.Clock).CollectAsync(batch.Id, null, CancellationToken.None));

        Assert.Equal(BatchState.Ended, skewed.Ledger.Batches.Get(batch.Id).State);
    }

    [Fact]
    public async Task After_one_complete_download_an_archive_leaves_rows_missing()
    {
        AnswerWith(static body => Lines(body, 1));
        BatchRecord batch = await EndedAsync("a", "b");
        await StepsAsync(1);
        _engine.Clock.Advance(TimeSpan.FromDays(30));

        await StepsAsync(1);

        Assert.Equal(BatchState.Collected, _engine.Ledger.Batches.Get(batch.Id).State);
        Assert.Equal((1, 1), (Totals.Succeeded, Totals.Missing));
        Assert.Equal("ResultsExpired", (await Assert.ThrowsAsync<ClaudeBatchException>(() => AgainAsync(batch))).Id);
        Assert.Equal((1, 1), (Totals.Succeeded, Totals.Missing));
    }

    [Fact]
    public async Task A_line_of_blanks_is_nothing()
    {
        AnswerWith(static body => "  \n" + body.Replace("\n", "\n \t\r\n", StringComparison.Ordinal));
        BatchRecord batch = await EndedAsync("a", "b");

        Assert.Empty(await StepsAsync(1));

        Assert.Equal((1, BatchState.Collected), (_downloads, _engine.Ledger.Batches.Get(batch.Id).State));
        AssertReadable(batch, "a", "b");
        Assert.True(Check().IsReconciled);
    }

    [Fact]
    public async Task A_download_once_more_that_fails_leaves_what_is_here()
    {
        BatchRecord batch = await EndedAsync("a", "b", "c");
        await StepsAsync(1);
        foreach (Func<HttpResponseMessage, HttpResponseMessage> reply in new Func<HttpResponseMessage, HttpResponseMessage>[]
        {
            static _ => NoResults("page"),
            static r => Replaced(r, new StringContent(Text(r)[..^10])),
        })
        {
            Answer(reply);
            await Assert.ThrowsAsync<ClaudeBatchException>(() => AgainAsync(batch));
            AssertReadable(batch, "a", "b", "c");
            Assert.True(Check(readsFiles: true).IsReconciled);
        }
    }

    [Fact]
    public async Task A_download_once_more_that_leaves_rows_out_keeps_their_answers()
    {
        BatchRecord batch = await EndedAsync("a", "b", "c");
        await StepsAsync(1);
        AnswerWith(static body => Lines(body, 1));

        BatchRecord again = await AgainAsync(batch);

        Assert.Equal((BatchState.Collected, 2), (again.State, again.ResultsFile));
        AssertReadable(batch, "a", "b", "c");
        Assert.True(Check(readsFiles: true).IsReconciled);
    }

    [Fact]
    public async Task Whoever_reads_an_earlier_file_goes_on_and_it_is_deleted_all_the_same()
    {
        // Each line is so long that it is read alone: what was read ahead would not tell where the file is read from.
        string blanks = new(' ', 100_000);
        AnswerWith(body => body.Replace("\n", blanks + "\n", StringComparison.Ordinal));
        BatchRecord batch = await EndedAsync("a", "b", "c");
        await StepsAsync(1);
        using ResultReader reader = new(_engine.Ledger);
        BatchRecord first = _engine.Ledger.Batches.Get(batch.Id);
        AttemptRecord[] attempts = [.. _engine.Ledger.Attempts.OfBatch(first, -1, 10)];
        reader.Read(first, attempts[0]);
        AnswerWith(static body => LinesFrom(body, 1) + Lines(body, 1)); // in another order

        await AgainAsync(batch);

        Assert.Equal(["a", "b", "c"], attempts.Select(a => ResultLine.Parse(reader.Read(first, a).Line)!.CustomId));
        Assert.Equal("part-0001.results-2.jsonl", Path.GetFileName(Assert.Single(_engine.Ledger.Folder.AllResults(batch.JobId, batch.Part))));
        AssertReadable(batch, "a", "b", "c");
    }

    [Fact]
    public async Task Repeated_lines_are_asked_for_again_and_then_told()
    {
        AnswerWith(static body => body + Lines(body, 1));
        BatchRecord batch = await EndedAsync("a", "b");

        ClaudeBatchException[] failures = await StepsAsync(3);

        Assert.Equal(2, failures.Length);
        Assert.Contains("1 lines repeat an id", failures[0].Message, StringComparison.Ordinal);
        Assert.Equal((BatchState.Collected, 1), (_engine.Ledger.Batches.Get(batch.Id).State, _engine.Ledger.Batches.Get(batch.Id).Duplicated));
        Assert.Equal(2, Totals.Succeeded);
        Assert.Equal(ProblemKind.Duplicated, Assert.Single(Check().Problems).Kind);
    }

    [Fact]
    public async Task Answers_to_all_requests_are_not_all_where_the_service_has_counted_more()
    {
        _network!.After = static (request, response) => request.Method == HttpMethod.Get && !IsForResults(request)
            ? Replaced(response, new StringContent(Text(response).Replace("\"errored\":0", "\"errored\":1", StringComparison.Ordinal)))
            : response;
        BatchRecord batch = await EndedAsync("a", "b");
        Assert.Equal((2, 3), (batch.RequestCount, batch.Counts.Total));

        ClaudeBatchException[] failures = await StepsAsync(3);

        Assert.Equal(2, failures.Length);
        Assert.All(failures, static f => Assert.Contains("the service has counted other ones", f.Message, StringComparison.Ordinal));
        Assert.Equal(BatchState.Collected, _engine.Ledger.Batches.Get(batch.Id).State);
        Assert.Equal(2, Totals.Succeeded);
    }

    [Fact]
    public async Task A_recorded_download_whose_file_is_gone_is_downloaded_again()
    {
        BatchRecord batch = await EndedAsync("a", "b");
        await StepsAsync(1);
        BatchRecord collected = _engine.Ledger.Batches.Get(batch.Id);
        _engine.Ledger.Batches.Change(collected, collected with { State = BatchState.Downloaded });
        File.WriteAllText(Assert.Single(_engine.Ledger.Folder.AllResults(batch.JobId, batch.Part)), "{}");

        await StepsAsync(1);

        Assert.Equal(BatchState.Collected, _engine.Ledger.Batches.Get(batch.Id).State);
        AssertReadable(batch, "a", "b");
    }

    [Fact]
    public async Task What_was_removed_by_request_does_not_come_back_by_itself()
    {
        AnswerWith(static body => Lines(body, 1));
        await EndedAsync("a", "b");
        await StepsAsync(4);
        new JobPruner(_engine.Ledger).RemovePayloads(_engine.Job("job"), evenUnfinished: false);
        _engine.Clock.Advance(TimeSpan.FromDays(2));

        Assert.False(Step.IsDue(_engine.Job("job"), isNamed: true));
    }

    private JobTotals Totals => _engine.Ledger.Jobs.Totals(_engine.Job("job"));

    private JobStep Step => new(
        _engine.Ledger, new BatchRound(_engine.Ledger, _engine.Api), new BatchCollector(_engine.Ledger, _engine.Api, _engine.Clock));

    private BookCheck Check(bool readsFiles = false) => new Reconciler(_engine.Ledger).Check(_engine.Job("job"), readsFiles);

    private int Events() => _engine.Ledger.Events.Read(null, null, 0, 1000).Count;

    private Task<BatchRecord> AgainAsync(BatchRecord batch)
        => new BatchCollector(_engine.Ledger, _engine.Api, _engine.Clock).CollectAsync(batch.Id, null, CancellationToken.None, again: true);

    private Task<BatchRecord> EndedAsync(params string[] ids) => EndedAsync(_engine, ids);

    private static async Task<BatchRecord> EndedAsync(EngineFixture engine, params string[] ids)
    {
        BatchRecord batch = (await engine.SendAsync(engine.Seal("job", ids).NewBatches[0])).Batch;
        engine.Clock.Advance(TimeSpan.FromHours(1));
        return await new BatchPoller(engine.Ledger, engine.Api, engine.Clock).RefreshAsync(batch, CancellationToken.None);
    }

    private async Task<IReadOnlyList<RoundNote>> StepAsync() => await Step.RunAsync(_engine.Job("job"), isAsked: true, CancellationToken.None);

    /// <summary>Runs steps, half a minute apart.</summary>
    private async Task<ClaudeBatchException[]> StepsAsync(int count)
    {
        List<ClaudeBatchException> failures = [];
        for (int i = 0; i < count; i++)
        {
            failures.AddRange((await StepAsync()).Select(static n => n.Failure!));
            _engine.Clock.Advance(TimeSpan.FromSeconds(30));
        }

        return [.. failures];
    }

    private void Answer(Func<HttpResponseMessage, HttpResponseMessage> reply) => _network!.After = (request, response) =>
    {
        if (!IsForResults(request) || !response.IsSuccessStatusCode)
        {
            return response;
        }

        _downloads++;
        return reply(response);
    };

    private void AnswerWith(Func<string, string> change, Func<string, HttpContent>? content = null)
        => Answer(r => Replaced(r, (content ?? (static text => new StringContent(text)))(change(Text(r)))));

    private static bool IsForResults(HttpRequestMessage request)
        => request.RequestUri!.AbsolutePath.EndsWith("/results", StringComparison.Ordinal);

    private static string Text(HttpResponseMessage response) => response.Content.ReadAsStringAsync().GetAwaiter().GetResult();

    private static HttpResponseMessage Replaced(HttpResponseMessage response, HttpContent content)
    {
        response.Content = content;
        return response;
    }

    private static HttpResponseMessage WithDate(HttpResponseMessage from, HttpResponseMessage to)
    {
        to.Headers.Date = from.Headers.Date;
        return to;
    }

    // The checksum behind the second piece is wrong.
    private static GZipStream WronglyCompressed(string text)
    {
        byte[] bytes = [.. Compressed(text), .. Compressed("{")];
        bytes[^8] ^= 1;
        return new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);

        static byte[] Compressed(string piece)
        {
            using MemoryStream all = new();
            using (GZipStream compressor = new(all, CompressionLevel.Fastest))
            {
                compressor.Write(Encoding.UTF8.GetBytes(piece));
            }

            return all.ToArray();
        }
    }

    private static string Lines(string body, int count) => string.Concat(InOrder(body).Take(count));

    private static string LinesFrom(string body, int skip) => string.Concat(InOrder(body).Skip(skip));

    private static IEnumerable<string> InOrder(string body)
        => body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).Select(static l => l + "\n");

    private static HttpResponseMessage NoResults(string kind)
    {
        HttpResponseMessage response = new(kind == "204" ? HttpStatusCode.NoContent : HttpStatusCode.OK)
        {
            Content = kind switch
            {
                "page" => new StringContent("<html><head><style>p{}</style></head><body><h1>Sign in to the network</h1></body></html>", Encoding.UTF8, "text/html"),
                "json error" => new StringContent("""{"error":"maintenance"}""", Encoding.UTF8, "application/json"),
                "binary" => new ByteArrayContent([0x1b, 0x8f, 0xff, 0x00, 0xfe, 0x10, 0x0a, 0x81]),
                _ => new ByteArrayContent([]),
            },
        };
        if (kind == "binary")
        {
            response.Content.Headers.ContentEncoding.Add("br");
        }

        return response;
    }

    private void AssertReadable(BatchRecord batch, params string[] ids)
    {
        using ResultReader reader = new(_engine.Ledger);
        Assert.Equal(
            ids, reader.InOrder([_engine.Ledger.Batches.Get(batch.Id)]).Select(static r => ResultLine.Parse(r.Line)!.CustomId));
    }

    /// <summary>A body that ends with its connection, and says no length; or that breaks off behind some lines.</summary>
    private sealed class UnframedContent(string text, int cutAfter = 0) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException();

        protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(
            cutAfter == 0 ? new MemoryStream(Encoding.UTF8.GetBytes(text)) : new CutStream(Lines(text, cutAfter)[..^5]));

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class CutStream(string text) : MemoryStream(Encoding.UTF8.GetBytes(text))
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => await base.ReadAsync(buffer, cancellationToken) is > 0 and var count ? count : throw new HttpIOException(HttpRequestError.ResponseEnded);
    }
}
