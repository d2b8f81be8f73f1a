using ClaudeBatch.Core;
using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Sessions;

namespace ClaudeBatch.Commands;

/// <content>Opens the job when its first row arrives.</content>
public abstract partial class SubmissionCommand
{
    // A job that cannot be opened for this row cannot be opened for the next, so the failure ends the whole command.
    private JobInput TryOpenInput()
    {
        try
        {
            return OpenInput();
        }
        catch (ClaudeBatchException failure)
        {
            ThrowTerminatingError(Pipeline.ErrorRecords.ToErrorRecord(failure, JobName));
            throw;
        }
    }

    private JobInput OpenInput()
    {
        // Resolved before a ledger is made, so that a missing key leaves no empty ledger behind.
        ServiceConnection service = Resolved.ToService();
        BatchSession session = OpenOrCreate();
        if (JobName is null)
        {
            JobName = Core.Input.JobName.FromTime(session.Clock.GetUtcNow());
            Warn($"No -Job was given; this one is '{JobName}'. Running the line again would pay again; with -Job it would not.");
        }

        bool isElsewhere = !session.Service.IsEmulator && !service.Platform.Owns(service.BaseAddress);
        if (isElsewhere && session.Ledger.Jobs.Find(JobName) is null)
        {
            Warn($"Job '{JobName}' goes to '{service.BaseAddress}' and not straight to the service. "
                + ConnectionDefaults.RepeatedPostAdvice);
        }

        return JobInput.Open(session.Ledger, Options(JobName, service));
    }

    // Without a ledger nothing is known yet, and none is made.
    private InputPreview Preview() => _preview ??= new InputPreview(
        TryOpen()?.Ledger, Options(JobName ?? string.Empty, Resolved.ToService()));

    private JobInputOptions Options(string job, ServiceConnection service) => new()
    {
        Name = job,
        Connection = service,
        Limits = Limits,
        MaxAttempts = Attempts,
        SendsAgain = Force,
        OnConflict = Enum.Parse<ConflictRule>(OnConflict, ignoreCase: true),
        Checker = OpenService().Checker(),
        Estimate = Estimate,
        Staging = Stages,
        IdOfFile = IdOfFile,
    };
}
