namespace ClaudeBatch;

/// <summary>A fault that one or more requests have. Each distinct fault is reported once.</summary>
public sealed class RequestFinding
{
    /// <summary>The error id of the fault, such as <c>ModelRetired</c>.</summary>
    public string? Id { get; set; }

    /// <summary><c>Error</c> when the service would refuse the request; <c>Warning</c> for what else is worth knowing.</summary>
    public string? Severity { get; set; }

    public string? Message { get; set; }

    /// <summary>The number of requests with the fault.</summary>
    public long Count { get; set; }

    /// <summary>The positions of these requests in the input, from 1.</summary>
    public long[] Rows { get; set; } = [];

    /// <summary>The custom ids of the first 1,000 of these requests.</summary>
    public string[] CustomIds { get; set; } = [];

    public override string ToString() => $"{Severity} {Id}: {Message}";

    internal static RequestFinding From(Core.Requests.Finding finding) => new()
    {
        Id = finding.Fault.Id,
        Severity = finding.Fault.IsError ? "Error" : "Warning",
        Message = finding.Fault.Message,
        Count = finding.Rows.Count,
        Rows = [.. finding.Rows],
        CustomIds = [.. finding.CustomIds],
    };
}
