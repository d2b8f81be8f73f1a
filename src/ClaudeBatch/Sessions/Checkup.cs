using System.Globalization;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Account;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Identity;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Sessions;

/// <summary>The checks of Test-ClaudeBatchConnection: the key, the way to the service, the ledger, and what waits in the ledger.</summary>
internal sealed partial class Checkup(ClaudeBatchConnection connection, ServiceSession service)
{
    private const string Ok = nameof(Ok);

    private const string Warning = nameof(Warning);

    private const string Error = nameof(Error);

    private const int IdsNamed = 5;

    private static readonly TimeSpan s_allowedSkew = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_nearEnd = TimeSpan.FromDays(5);

    private readonly List<ConnectionFinding> _findings = [];

    public async Task<IReadOnlyList<ConnectionFinding>> RunAsync(Func<BatchSession?> open, CancellationToken cancellationToken)
    {
        CheckHost();
        AccountList? account = await CheckServiceAsync(cancellationToken);
        CheckRights();
        BatchSession? session = null;
        try
        {
            session = open();
        }
        catch (ClaudeBatchException failure)
        {
            Add("LedgerIntegrity", Error, failure.Message, failure.RecommendedAction);
            return _findings;
        }

        if (session is null)
        {
            Add("LedgerIntegrity", Ok, $"There is no ledger at '{connection.Folder.Root}' yet; the first job makes it.");
            CheckAccount(null, account);
            return _findings;
        }

        CheckIntegrity(session.Ledger);
        CheckSubmissions(session.Ledger);
        CheckJobs(session.Ledger);
        CheckResults(session.Ledger);
        CheckAccount(session.Ledger, account);
        return _findings;
    }

    private void CheckHost()
    {
        Uri address = connection.BaseUri!;
        if (connection.IsEmulator)
        {
            Add("Host", Ok, "The embedded emulator: no network, no cost.");
            return;
        }

        bool isOwn = connection.Service.Owns(address);
        Add(
            "Host",
            isOwn ? Ok : Warning,
            $"{(connection.On is null ? string.Empty : $"{connection.Service.Name}: ")}{address.Host} over {(address.Scheme == Uri.UriSchemeHttps ? "TLS" : "plain HTTP on this machine")}.",
            isOwn ? null : ConnectionDefaults.RepeatedPostAdvice);
        Uri? proxy = HttpClient.DefaultProxy.IsBypassed(address) ? null : HttpClient.DefaultProxy.GetProxy(address);
        Add(
            "Proxy",
            proxy is null || proxy == address ? Ok : Warning,
            proxy is null || proxy == address ? "None." : $"{proxy.Host}:{proxy.Port}.",
            proxy is null || proxy == address
                ? null
                : $"Requests to {address.Host} go through this proxy. " + ConnectionDefaults.RepeatedPostAdvice);
    }

    // Listing the account's batches is free. The reply shows whether the key works, whose it is, and the service's clock.
    private async Task<AccountList?> CheckServiceAsync(CancellationToken cancellationToken)
    {
        if (connection.Credential is null)
        {
            string? advice = connection.IdentityFault is null ? ClaudeBatchConnection.KeyMissing().Message : null;
            Add("Key", Error, connection.IdentityFault?.Message ?? "There is none.", advice);
            return null;
        }

        Add("Key", Ok, $"From {connection.KeySource}.");
        AddIdentity();
        try
        {
            DateTimeOffset begin = TimeProvider.System.GetUtcNow();
            AccountList list = await AccountList.FetchAsync(
                service.Api,
                service.Clock.GetUtcNow() - TimeSpan.FromDays(29),
                cancellationToken);
            TimeSpan took = TimeProvider.System.GetUtcNow() - begin;
            await AddTokenAsync(list.Headers.WorkspaceId, cancellationToken);
            Add("Service", Ok, string.Create(
                CultureInfo.InvariantCulture,
                $"It takes the {connection.Credential}: organization {list.Headers.OrganizationId ?? "unknown"}, workspace "
                    + $"{list.Headers.WorkspaceId ?? "unknown"}; it answered in {took.TotalMilliseconds:0} ms."));
            CheckClock(list.Headers);
            return list;
        }
        catch (ClaudeBatchException failure)
        {
            await AddTokenAsync(workspace: null, cancellationToken);
            Add("Service", Error, failure.Message, failure.RecommendedAction);
            return null;
        }
    }

    private void CheckClock(ReplyHeaders headers)
    {
        if (headers.Date is not { } theirs)
        {
            return;
        }

        TimeSpan skew = service.Clock.GetUtcNow() - theirs;
        bool isClose = skew.Duration() < s_allowedSkew || connection.IsEmulator;
        Add(
            "Clock",
            isClose ? Ok : Warning,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{skew.Duration().TotalSeconds:0} seconds {(skew >= TimeSpan.Zero ? "ahead of" : "behind")} the service's."),
            isClose ? null : "Set this machine's clock; times in the journal are by it.");
    }

    private void CheckRights()
    {
        LedgerFolder folder = connection.Folder;
        if (!Directory.Exists(folder.Root))
        {
            Add("LedgerRights", Ok, $"'{folder.Root}' is not there yet; it will be made for you alone.");
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Add(
                "LedgerRights",
                Ok,
                $"'{folder.Root}' has the rights of the folder it is in.",
                "Prompts and answers are kept there: a folder of your profile is yours alone.");
            return;
        }

        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        bool isOpen = (File.GetUnixFileMode(folder.Root) & others) != 0;
        Add(
            "LedgerRights",
            isOpen ? Warning : Ok,
            isOpen ? $"Others can look into '{folder.Root}', where prompts and answers are kept." : $"'{folder.Root}' is yours alone.",
            isOpen ? $"chmod 700 '{folder.Root}'" : null);
    }

    private void CheckIntegrity(JobLedger ledger)
    {
        IReadOnlyList<string> faults = ledger.CheckIntegrity();
        Add(
            "LedgerIntegrity",
            faults.Count == 0 ? Ok : Error,
            faults.Count == 0
                ? $"'{ledger.Folder.Database}' is whole."
                : $"'{ledger.Folder.Database}' is damaged: {string.Join("; ", faults)}",
            faults.Count == 0 ? null : "Keep the folder as it is and put a backup in its place; the batches at the service are safe, "
                + "and Repair-ClaudeBatch -Adopt takes them over.");
    }

    private void CheckSubmissions(JobLedger ledger)
    {
        BatchRecord[] unsettled = [.. ledger.Batches.All().Where(static b => b.State == BatchState.Unconfirmed)];
        Add(
            "Submissions",
            unsettled.Length == 0 ? Ok : Warning,
            unsettled.Length == 0
                ? "None is unsettled."
                : $"Of {unsettled.Length} it is not known whether the service has them: {Names(unsettled.Select(static b => b.Key))}.",
            unsettled.Length == 0
                ? null
                : "Resume-ClaudeBatch settles them; what stays ambiguous a person decides with Repair-ClaudeBatch.");
    }

    private void CheckJobs(JobLedger ledger)
    {
        (JobRecord Job, JobState State)[] waiting =
        [
            .. ledger.Jobs.All().Select(j => (Job: j, State: JobStates.Of(ledger, j, ledger.Batches.OfJob(j.Id))))
                .Where(static j => j.State is JobState.Paused or JobState.InputCut or JobState.Ambiguous),
        ];
        Add(
            "Jobs",
            waiting.Length == 0 ? Ok : Warning,
            waiting.Length == 0
                ? "None waits for somebody."
                : $"{waiting.Length} wait for somebody: {Names(waiting.Select(static j => $"{j.Job.Name} ({j.State})"))}.",
            waiting.Length == 0 ? null : "Get-ClaudeBatchJob says in Message what each waits for.");
    }

    private void CheckResults(JobLedger ledger)
    {
        DateTime now = service.Clock.GetUtcNow().UtcDateTime;
        BatchRecord[] near = [.. ledger.Batches.All()
            .Where(b => b.State is BatchState.Ended or BatchState.InProgress && b.ResultsExpireAt - now < s_nearEnd)];
        Add(
            "Results",
            near.Length == 0 ? Ok : Warning,
            near.Length == 0 ? "None is near its end." : $"The service gives up the results of {near.Length} batches within "
                + $"{s_nearEnd.TotalDays} days: {Names(near.Select(static b => b.Key))}.",
            near.Length == 0 ? null : "Collect them with Get-ClaudeBatchResult.");
    }

    // Where there is no ledger, there may have been one: what it knew runs on and is paid for.
    private void CheckAccount(JobLedger? ledger, AccountList? account)
    {
        if (account is null || (ledger is null && account.Batches.Count == 0))
        {
            return;
        }

        MessageBatch[] unknown = [.. account.Batches.Where(b => ledger?.Batches.Knows(b.Id) != true)];
        Add(
            "Account",
            unknown.Length == 0 ? Ok : Warning,
            unknown.Length == 0
                ? "Every batch of the last 29 days is in this ledger."
                : $"{unknown.Length} batches of the last 29 days are not in this ledger: {Names(unknown.Select(static b => b.Id))}.",
            unknown.Length == 0 ? null : "Somebody else's, or another ledger's. Repair-ClaudeBatch -Job <name> -Adopt <id> takes one "
                + "over; Get-ClaudeBatch -Service lists them.");
    }

    private static string Names(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return string.Join(", ", all.Take(IdsNamed)) + (all.Length > IdsNamed ? ", …" : string.Empty);
    }

    private void Add(string check, string severity, string message, string? advice = null)
        => _findings.Add(new ConnectionFinding { Check = check, Severity = severity, Message = message, Advice = advice });
}
