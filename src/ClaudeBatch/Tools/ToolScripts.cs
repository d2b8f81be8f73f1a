using System.Management.Automation;

namespace ClaudeBatch.Tools;

/// <summary>The scripts that run calls. They are compiled once for all calls of a cmdlet; no word of a model is in them.</summary>
internal sealed class ToolScripts
{
    /// <summary>Runs a command with arguments, and hands on what it writes to any of its streams; says whether it did well.</summary>
    /// <remarks>
    /// The variables are private, so that the command does not see them; of the session it sees all but the current object. What the
    /// command writes is handed on at once: a list that the shell makes is lost when the command throws.
    /// </remarks>
    public ScriptBlock Call { get; } = ScriptBlock.Create("""
        param($private:command, $private:arguments, $private:take)
        $_ = $null
        & $private:command @private:arguments *>&1 | & { param($private:take) process { $private:take.Invoke($_) } } $private:take
        $?
        """);

    /// <summary>Does nothing, which fails where the pipeline is stopped.</summary>
    public ScriptBlock Nothing { get; } = ScriptBlock.Create("$null");
}
