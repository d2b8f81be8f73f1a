using System.Management.Automation;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <summary>Checks what a job needs: key, service, network, clock, and ledger, and what waits in the ledger. The check is free.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ClaudeBatchConnection")]
[OutputType(typeof(bool), typeof(ConnectionFinding))]
public sealed class TestClaudeBatchConnectionCommand : ConnectedCommand
{
    /// <summary>Writes each finding in place of one bool.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    protected override async Task EndAsync(CancellationToken cancellationToken)
    {
        Checkup checkup = new(Resolved, OpenService());
        IReadOnlyList<ConnectionFinding> findings = await checkup.RunAsync(TryOpen, cancellationToken);
        WriteVerboseRetries();
        foreach (ConnectionFinding finding in findings)
        {
            if (Detailed)
            {
                WriteOutput(finding);
            }
            else
            {
                WriteVerboseLine(finding.ToString());
            }
        }

        if (!Detailed)
        {
            WriteOutput(findings.All(static f => f.Severity != "Error"));
        }
    }
}
