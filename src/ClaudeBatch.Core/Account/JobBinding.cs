using ClaudeBatch.Core.Api;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Account;

/// <summary>Checks that a job is continued with the address, the organization and the workspace that it was begun with.</summary>
public static class JobBinding
{
    /// <summary>Compares the connection's address with the job's.</summary>
    /// <exception cref="ClaudeBatchException"><c>JobBoundElsewhere</c>.</exception>
    public static void Check(JobRecord job, ServiceConnection connection)
    {
        if (!string.Equals(job.BaseAddress, connection.BaseAddress.AbsoluteUri, StringComparison.OrdinalIgnoreCase))
        {
            throw Elsewhere(job, "address", job.BaseAddress, connection.BaseAddress.AbsoluteUri);
        }
    }

    /// <summary>
    /// Checks the address, and makes a client that sends the API version, the betas and the workspace that the job was begun with, and that
    /// holds each reply against the job's workspace and organization.
    /// </summary>
    /// <exception cref="ClaudeBatchException"><c>JobBoundElsewhere</c>.</exception>
    public static BatchApi Bind(BatchApi api, JobRecord job)
    {
        Check(job, api.Connection);
        ServiceConnection own = api.Connection;
        return api.As(own.As(
            job.ApiVersion,
            job.Betas.Split(',', StringSplitOptions.RemoveEmptyEntries),
            own.WorkspaceId is null && own.Credential.NamesWorkspace ? job.WorkspaceId : null,
            headers => Check(job, headers)));
    }

    /// <summary>Compares the organization and the workspace in a reply's headers with those that the job's first reply had.</summary>
    /// <exception cref="ClaudeBatchException"><c>JobBoundElsewhere</c>.</exception>
    public static void Check(JobRecord job, ReplyHeaders headers)
    {
        if (job.WorkspaceId is { } workspace && headers.WorkspaceId is { } now && workspace != now)
        {
            throw Elsewhere(job, "workspace", workspace, now);
        }

        if (job.OrganizationId is { } organization && headers.OrganizationId is { } present && organization != present)
        {
            throw Elsewhere(job, "organization", organization, present);
        }
    }

    private static ClaudeBatchException Elsewhere(JobRecord job, string what, string then, string now) => new(
        FailureKind.Conflict,
        FailureCause.JobBoundElsewhere,
        $"Job '{job.Name}' belongs to the {what} '{then}', and this connection leads to '{now}'. Connect with the job's own, or use "
            + $"another job name.")
    { Target = job.Name };
}
