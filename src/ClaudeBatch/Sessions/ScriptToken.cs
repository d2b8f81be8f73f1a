using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Net;
using System.Security;
using ClaudeBatch.Core;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch.Sessions;

/// <summary>
/// A token that a script block gives. It runs on the thread of the pipeline, and only in the shell that it was given in: the engine would run
/// it anywhere, beside whatever else its shell does at that moment.
/// </summary>
/// <param name="block">The script block.</param>
/// <param name="parameter">The parameter that it was given by, such as <c>-IdentityToken</c>.</param>
/// <param name="instead">What to do where it belongs to another shell, as the rest of a sentence.</param>
internal sealed class ScriptToken(ScriptBlock block, string parameter, string instead)
{
    // The scripts that run now, each within the one after it: a command in a script begins in their context.
    private static readonly AsyncLocal<ScriptBlock[]?> s_running = new();

    private readonly Guid? _shell = Runspace.DefaultRunspace?.InstanceId;

    /// <summary>Checks that a connection is not used by the script that is to give its token, which would wait for itself.</summary>
    /// <exception cref="ClaudeBatchException"><c>TokenScriptFailed</c>.</exception>
    public static void CheckCaller(ClaudeBatchConnection connection)
    {
        if (connection.TokenScript is { } script && s_running.Value?.Contains(script) == true)
        {
            throw new ClaudeBatchException(
                FailureKind.Authentication,
                "TokenScriptFailed",
                "The script block that gives the token of this connection calls the service by this connection itself. Give the command in it "
                    + "another -Connection.");
        }
    }

    /// <exception cref="ClaudeBatchException"><c>TokenScriptElsewhere</c>, <c>TokenScriptFailed</c>.</exception>
    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        if (!PipelinePump.IsRunning)
        {
            throw Elsewhere();
        }

        string? token = null;
        await PipelinePump.OnPipelineAsync(() => token = Run()).WaitAsync(cancellationToken).ConfigureAwait(false);
        return token!;
    }

    private string Run()
    {
        if (_shell is null || Runspace.DefaultRunspace?.InstanceId != _shell)
        {
            throw Elsewhere();
        }

        ScriptBlock[]? around = s_running.Value;
        s_running.Value = [block, .. around ?? []];
        try
        {
            object?[] given = [.. UserScript.Run(block, item: null, Failed, stopsAtErrors: true).Select(static o => o?.BaseObject)];
            return given switch
            {
                [string text] => text,
                [SecureString secret] => new NetworkCredential(string.Empty, secret).Password,
                [null] or [] => throw Failed("It gave nothing."),
                [_] => throw Failed("It has to give the token as text."),
                _ => throw Failed($"It has to give one value, the token, and gave {given.Length}."),
            };
        }
        finally
        {
            s_running.Value = around;
        }
    }

    private ClaudeBatchException Failed(string why, Exception? cause = null) => new(
        FailureKind.Authentication, "TokenScriptFailed", $"The script block of {parameter} gave no token. {why} Nothing was sent.", cause);

    private ClaudeBatchException Elsewhere() => new(
        FailureKind.Authentication,
        "TokenScriptElsewhere",
        $"The script block of {parameter} was given in another shell or thread, and runs only there. Connect here, with a script block of its own, "
            + $"or {instead}.");
}
