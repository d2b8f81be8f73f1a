namespace ClaudeBatch;

/// <summary>The result of one check of Test-ClaudeBatchConnection.</summary>
public sealed class ConnectionFinding
{
    /// <summary>
    /// What was checked: <c>Key</c>, <c>Identity</c>, <c>Token</c>, <c>Service</c>, <c>Host</c>, <c>Proxy</c>, <c>Clock</c>, <c>LedgerRights</c>,
    /// <c>LedgerIntegrity</c>, <c>Submissions</c>, <c>Jobs</c>, <c>Results</c> or <c>Account</c>.
    /// </summary>
    public string? Check { get; set; }

    /// <summary>How serious the finding is: <c>Ok</c>, <c>Warning</c> or <c>Error</c>.</summary>
    public string? Severity { get; set; }

    /// <summary>What was found.</summary>
    public string? Message { get; set; }

    /// <summary>What the user should do; null when there is nothing to do.</summary>
    public string? Advice { get; set; }

    public override string ToString() => $"{Severity} {Check}: {Message}{(Advice is null ? string.Empty : $" {Advice}")}";
}
