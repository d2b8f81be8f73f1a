using System.IO.Compression;
using System.Net;
using System.Text;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;
using ClaudeBatch.Core.Running;
using ClaudeBatch.Core.Sending;

namespace ClaudeBatch.Core.Tests.Api;

/// <summary>A service, or something in between, that repeats what it was sent: the credential is in no message and not in the ledger.</summary>
public sealed class SecretTests : IDisposable
{
    private const string Key = "sk-ant-test";

    private readonly EngineFixture _engine;

    private InterferingHandler? _network;

    public SecretTests() => _engine = new EngineFixture(between: service => _network = new InterferingHandler(service));

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData("sk-ant-a+b/c=d", "said sk-ant-a+b/c=d twice: sk-ant-a+b/c=d.", "said (key) twice: (key).")]
    [InlineData("sk-ant-a+b/c=d", "/x?key=sk-ant-a%2Bb%2Fc%3Dd&y", "/x?key=(key)&y")]
    [InlineData("sk-ant-a+b/c=d", "/x?key=sk-ant-a%2bb%2fc%3dd&y", "/x?key=(key)&y")]
    [InlineData("sk-ant-a+b/c=d", "{\"k\":\"sk-ant-a\\u002Bb/c=d\"}", "{\"k\":\"(key)\"}")]
    [InlineData("sk-ant-key-1", "c2stYW50LWtleS0x", "(key)")]
    [InlineData("seven77", "seven77 and more", "seven77 and more")]
    [InlineData("sk-ant-key-1", "sk-ant-key-2", "sk-ant-key-2")]
    public void A_credential_is_taken_out_in_each_form_it_comes_back_in(string key, string text, string shown)
        => Assert.Equal(shown, ApiCredential.FromKey(key).WithoutSecret(text));

    [Theory]
    [InlineData("")]
    [InlineData("u")]
    [InlineData("us")]
    [InlineData("user:")]
    public void A_credential_in_base64_is_taken_out_wherever_it_begins(string before)
    {
        string header = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{before}{Key}:more"));

        string shown = ApiCredential.FromToken(Key).WithoutSecret($"Basic {header}");

        Assert.Contains("(key)", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(Key))[..8], shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("The key sk-ant-test is not known.")]
    [InlineData("The key \\u0073k-ant-test is not known.")]
    [InlineData("The key sk\\u002Dant-test is not known, \\\"sk-ant-test\\\".")]
    public async Task A_key_that_is_repeated_stands_in_no_error_and_not_in_the_ledger(string words)
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _network!.Before = request => InterferingHandler.IsCreate(request) ? Echo(HttpStatusCode.BadRequest, words) : null;

        SendResult result = await _engine.SendAsync(batch);

        Assert.Contains("The key (key) is not known", result.Failure!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, $"{result.Failure} {result.Failure.ServiceMessage} {result.Failure.RequestId} {result.Failure.ErrorType}", StringComparison.Ordinal);
        Assert.Equal(BatchState.Rejected, result.Batch.State);
        AssertNotInLedger();
    }

    [Theory]
    [InlineData("<html>", 112)]
    [InlineData("<html><p>", 4080)]
    public async Task A_page_of_which_the_beginning_is_told_tells_no_beginning_of_the_key(string start, int before)
    {
        string page = start + (before < 1000 ? new string('x', before) : new string(' ', before)) + " sk-ant-test</html>";
        _network!.Before = _ => new HttpResponseMessage(HttpStatusCode.Forbidden) { Content = new StringContent(page) };

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.Api.ListAsync(1, null, CancellationToken.None));

        Assert.DoesNotContain("sk-", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_and_a_reason_that_repeat_the_key_are_told_without_it()
    {
        _network!.Before = static _ => new HttpResponseMessage(HttpStatusCode.Forbidden)
        {
            ReasonPhrase = "Forbidden for sk-ant-test",
            Content = new StringContent("<html>sk-ant-test</html>"),
        };

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.Api.ListAsync(1, null, CancellationToken.None));

        Assert.Contains("HTTP 403 Forbidden for (key)", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_in_place_of_results_that_repeats_the_key_is_told_without_it()
    {
        BatchRecord batch = (await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0])).Batch;
        _engine.Clock.Advance(TimeSpan.FromHours(1));
        batch = await new BatchPoller(_engine.Ledger, _engine.Api, _engine.Clock).RefreshAsync(batch, CancellationToken.None);
        _network!.Before = static request => request.RequestUri!.AbsolutePath.EndsWith("/results", StringComparison.Ordinal)
            ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent($"<html>{new string('x', 112)} sk-ant-test</html>") }
            : null;

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(
            () => new BatchCollector(_engine.Ledger, _engine.Api, _engine.Clock).CollectAsync(batch.Id, null, CancellationToken.None));

        string told = failure + string.Join('\n', _engine.Ledger.Events.Read(batch.JobId, null, 0, 100).Select(static e => e.Message)) + _engine.Ledger.Batches.Get(batch.Id).Message;
        Assert.Contains("xxx", told, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, "ResponseUnreadable")]
    [InlineData(HttpStatusCode.Forbidden, "ResponseUnreadable")]
    public async Task An_answer_that_is_not_compressed_as_it_says_is_an_error_by_name(HttpStatusCode status, string id)
    {
        _network!.Before = _ => new HttpResponseMessage(status)
        {
            Content = new StreamContent(new GZipStream(new MemoryStream("no gzip"u8.ToArray()), CompressionMode.Decompress)),
        };

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.Api.ListAsync(1, null, CancellationToken.None));

        Assert.Equal(id, failure.Id);
    }

    [Fact]
    public async Task A_failure_of_the_network_that_repeats_the_key_is_told_without_it()
    {
        _network!.Before = static _ => throw new HttpRequestException("The header 'sk-ant-test' broke.", new IOException("At sk-ant-test."));

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.Api.ListAsync(1, null, CancellationToken.None));

        Assert.EndsWith("could not be reached: At (key).", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_none_and_repeats_the_key_is_told_without_it()
    {
        _network!.Before = static _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{\"data\":[{\"id\":sk-ant-test}]}") };

        ClaudeBatchException failure = await Assert.ThrowsAsync<ClaudeBatchException>(() => _engine.Api.ListAsync(1, null, CancellationToken.None));

        Assert.Equal("ResponseUnreadable", failure.Id);
        Assert.DoesNotContain(Key, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_repeats_the_key_is_written_down_without_it()
    {
        BatchRecord batch = (await _engine.SendAsync(_engine.Seal("job", "a").NewBatches[0])).Batch;
        _network!.Before = request => request.Method == HttpMethod.Get
            ? Json(HttpStatusCode.OK, $$$"""{"id":"{{{batch.ServiceId}}}","processing_status":"busy with {{{Key}}}","request_counts":{},"created_at":"2026-11-21T03:00:00Z","x":"\ud800"}""")
            : null;

        await new BatchPoller(_engine.Ledger, _engine.Api, _engine.Clock).RefreshAsync(batch, CancellationToken.None);

        Assert.Equal("busy with (key)", _engine.Ledger.Batches.Get(batch.Id).ProcessingStatus);
        AssertNotInLedger();
    }

    [Fact]
    public async Task Results_keep_what_they_repeat_and_the_ledger_does_not()
    {
        BatchRecord batch = _engine.Seal("job", "a").NewBatches[0];
        _network!.After = static (request, response) => request.RequestUri!.AbsolutePath.EndsWith("/results", StringComparison.Ordinal)
            ? Json(
                HttpStatusCode.OK,
                """{"custom_id":"a","result":{"type":"errored","error":{"type":"error","error":{"type":"permission_error of sk-ant-test","""
                    + """ "message":"Your credit balance is too low for sk-ant-test."}}}}""" + "\n")
            : response;

        BatchRecord collected = await _engine.RunAsync(batch);

        Assert.Contains("(key)", _engine.Job("job").PauseReason, StringComparison.Ordinal);
        Assert.Contains(Key, await File.ReadAllTextAsync(_engine.Ledger.Folder.Results(collected.JobId, collected.Part, collected.ResultsFile)), StringComparison.Ordinal);
        AssertNotInLedger();
    }

    [Theory]
    [InlineData("https://user:hunter22@host.test/")]
    [InlineData("https://hunter22@host.test/")]
    [InlineData("https://host.test/?token=hunter22")]
    [InlineData("https://host.test/#hunter22")]
    [InlineData("http://host.test/?token=hunter22")]
    [InlineData("ftp://user:hunter22@host.test/")]
    [InlineData("user:hunter22@host.test")]
    public void An_address_with_more_than_a_host_and_a_path_is_refused_and_not_shown(string address)
    {
        ClaudeBatchException refused = Assert.Throws<ClaudeBatchException>(
            () => new ServiceConnection(new Uri(address, UriKind.RelativeOrAbsolute), ApiCredential.FromKey("k")));

        Assert.Equal(("AddressHoldsSecret", null), (refused.Id, refused.Target));
        Assert.DoesNotContain("hunter22", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_may_have_a_sign_in_it()
        => Assert.Equal(
            "https://host.test/@team/x/",
            new ServiceConnection(new Uri("https://host.test/@team/x"), ApiCredential.FromKey("k")).BaseAddress.AbsoluteUri);

    private static HttpResponseMessage Echo(HttpStatusCode status, string words)
    {
        HttpResponseMessage reply = Json(
            status, "{\"type\":\"error\",\"error\":{\"type\":\"sk-ant-test_error\",\"message\":\"" + words + "\"},\"request_id\":\"sk-ant-test\"}");
        reply.Headers.Add("request-id", "req_sk-ant-test");
        return reply;
    }

    private static HttpResponseMessage Json(HttpStatusCode status, string json) => new(status) { Content = new StringContent(json) };

    // Of everything beside the payloads, which lie in the folders of the jobs.
    private void AssertNotInLedger()
    {
        foreach (string file in Directory.EnumerateFiles(_engine.Ledger.Folder.Root))
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using StreamReader reader = new(stream, Encoding.Latin1);
            Assert.DoesNotContain(Key, reader.ReadToEnd(), StringComparison.Ordinal);
        }
    }
}
