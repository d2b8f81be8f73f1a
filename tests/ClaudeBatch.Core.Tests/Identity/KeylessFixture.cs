using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Identity;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Emulator;
using ClaudeBatch.Tests;

namespace ClaudeBatch.Core.Tests.Identity;

/// <summary>An engine without a key: its tokens come from a federation rule of the emulator, in exchange for those of an issuer.</summary>
internal sealed class KeylessFixture : IDisposable
{
    private const string Rule = "fdrl_01Test";

    private const string Account = "svac_01Test";

    private readonly List<HttpMessageInvoker> _calls = [];

    public KeylessFixture(Action<EmulatorPlan>? change = null, bool needsPipeline = false)
    {
        Source = new FreshTokens(this) { IsScript = needsPipeline };
        EmulatorPlan plan = new()
        {
            Federation = new EmulatorFederation
            {
                Issuers = [new EmulatorIssuer { Issuer = Issuer.Issuer, Keys = Issuer.Key }],
                Rules =
                [
                    new EmulatorRule
                    {
                        Id = Rule,
                        Issuer = Issuer.Issuer,
                        Subject = "batch-job",
                        Audience = "https://api.anthropic.com",
                        ServiceAccountId = Account,
                    },
                ],
            },
        };
        change?.Invoke(plan);
        Engine = new EngineFixture(plan, between: inner => Network = new InterferingHandler(inner), credential: engine =>
        {
            Engine = engine;
            return Credential = Another();
        });
    }

    public TestIssuer Issuer { get; } = new();

    public EngineFixture Engine { get; private set; }

    /// <summary>The network between the engine and the service, but for exchanges.</summary>
    public InterferingHandler Network { get; private set; } = null!;

    public TokenCredential Credential { get; private set; } = null!;

    public FreshTokens Source { get; }

    /// <summary>What interferes with exchanges; they are counted, too.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?> BeforeExchange { get; set; } = static _ => null;

    public Func<HttpRequestMessage, HttpResponseMessage, HttpResponseMessage> AfterExchange { get; set; } = static (_, response) => response;

    public int Exchanges { get; private set; }

    public DateTimeOffset Now => Engine.Clock.GetUtcNow();

    /// <summary>The file that keeps the token.</summary>
    public string TokenFile => Path.Combine(Engine.Root, "tokens", "token.json");

    /// <summary>Makes the credential of another process that has the same file.</summary>
    public TokenCredential Another(IdentityTokenSource? source = null)
    {
        InterferingHandler network = new(new EmulatorHandler(Path.Combine(Engine.Root, "service"), Engine.Plan, Engine.Clock))
        {
            Before = request =>
            {
                Exchanges++;
                return BeforeExchange(request);
            },
            After = (request, response) => AfterExchange(request, response),
        };
        HttpMessageInvoker calls = new(network);
        _calls.Add(calls);
        TokenExchange exchange = new(EmulatorHandler.BaseAddress, new Lazy<HttpMessageInvoker>(calls), Engine.Clock);
        FederationRule rule = new(Rule, Engine.Plan.OrganizationId, Account, null);
        return new TokenCredential(
            new FederatedTokens(rule, source ?? Source, exchange, new CredentialsFile(TokenFile), Engine.Clock), Engine.Clock);
    }

    public static async Task<string> TokenAsync(TokenCredential credential)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, EmulatorHandler.BaseAddress);
        await credential.ApplyAsync(request, default, CancellationToken.None);
        return request.Headers.Authorization!.Parameter!;
    }

    public Task<string> TokenAsync() => TokenAsync(Credential);

    /// <summary>Submits a job of two requests, and gives its part.</summary>
    public async Task<BatchRecord> SentAsync(string job = "job")
    {
        BatchRecord part = Engine.Seal(job, "a", "b").NewBatches.Single();
        return (await Engine.SendAsync(part)).Batch;
    }

    public void Dispose()
    {
        Engine.Dispose();
        Issuer.Dispose();
        _calls.ForEach(static c => c.Dispose());
    }

    /// <summary>An identity provider that gives a fresh token each time, or the same one again.</summary>
    internal sealed class FreshTokens(KeylessFixture fixture) : IdentityTokenSource
    {
        public List<string> Given { get; } = [];

        /// <summary>Whether the last token is given again.</summary>
        public bool IsStuck { get; set; }

        public bool IsScript { get; init; }

        public ClaudeBatchException? Failure { get; set; }

        public override string Description => "the test's provider";

        public override string HowToRefresh => "Let the test give another.";

        public override bool NeedsPipeline => IsScript;

        public override ValueTask<string> ReadAsync(CancellationToken cancellationToken)
        {
            if (Failure is not null)
            {
                throw Failure;
            }

            if (!IsStuck || Given.Count == 0)
            {
                Given.Add(fixture.Issuer.Token(fixture.Now, lifetime: TimeSpan.FromHours(1)));
            }

            return ValueTask.FromResult(Given[^1]);
        }
    }
}
