namespace ClaudeBatch;

/// <summary>A fault that requests have, each distinct one once.</summary>
public sealed class RequestFinding
{
    /// <summary>A stable id, such as <c>ModelRetired</c>.</summary>
    public string? Id { get; set; }

    /// <summary><c>Error</c>: the service would refuse the request. <c>Warning</c>: it is worth knowing before it is sent.</summary>
    public string? Severity { get; set; }

    public string? Message { get; set; }

    /// <summary>The requests that have it.</summary>
    public long Count { get; set; }

    /// <summary>Where they stand in the input, from 1.</summary>
    public long[] Rows { get; set; } = [];

    /// <summary>The first 1,000 of their ids.</summary>
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
