using System.Management.Automation;
using System.Management.Automation.Runspaces;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Identity;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Sessions;

/// <summary>
/// An identity token that a script block gives. It runs in the shell that it was made in, on the thread of its pipeline: the shell does not
/// protect it from being run on another thread, at the same time as something else of its shell.
/// </summary>
internal sealed class ScriptIdentityToken(ScriptBlock script) : IdentityTokenSource
{
    private readonly Guid? _shell = Runspace.DefaultRunspace?.InstanceId;

    public override string Description => "the script block of -IdentityToken";

    public override string HowToRefresh => "Have the script block fetch a fresh token each time it runs.";

    public override bool NeedsPipeline => true;

    public override async ValueTask<string> ReadAsync(CancellationToken cancellationToken)
    {
        if (!PipelinePump.IsRunning)
        {
            throw Elsewhere();
        }

        string? token = null;
        await PipelinePump.OnPipelineAsync(() => token = Run()).ConfigureAwait(false);
        return Checked(token!);
    }

    private string Run()
    {
        if (_shell is null || Runspace.DefaultRunspace?.InstanceId != _shell)
        {
            throw Elsewhere();
        }

        object?[] given;
        try
        {
            given = [.. script.Invoke().Where(static o => o is not null).Select(static o => o.BaseObject)];
        }
        catch (Exception e) when (e is RuntimeException and not PipelineStoppedException)
        {
            throw new ClaudeBatchException(
                FailureKind.Authentication,
                "IdentityTokenMissing",
                $"The script block of -IdentityToken has failed: {Sentence.Of(e.Message)} Nothing was sent.",
                e);
        }

        return given is [string text]
            ? text
            : throw new ClaudeBatchException(
                FailureKind.Authentication,
                "IdentityTokenMissing",
                $"The script block of -IdentityToken has given {(given.Length == 1 ? $"a {given[0]!.GetType().Name}" : $"{given.Length} objects")}"
                    + ", and a token is one text.");
    }

    private static ClaudeBatchException Elsewhere() => new(
        FailureKind.Authentication,
        "IdentityTokenElsewhere",
        "The script block of -IdentityToken belongs to another shell than the one that calls, and a script block runs in its own alone. Connect in "
            + "this shell, too, or give the token by -IdentityTokenPath, which every shell and process can read.");
}
