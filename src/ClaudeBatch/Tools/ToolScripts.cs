namespace ClaudeBatch.Tools;

/// <summary>The scripts that run calls; no word of a model is in them. The shell compiles a text once.</summary>
/// <remarks>
/// The variables are private, so that the command does not see them; of the session it sees all but the current object.
/// </remarks>
internal static class ToolScripts
{
    /// <summary>Runs a command with arguments, and writes what it writes to any of its streams; hands on why it has failed.</summary>
    public const string Call = """
        param($private:command, $private:arguments, $private:failed)
        $_ = $null
        try { & $private:command @private:arguments *>&1 } catch { $private:failed.Invoke($_) }
        """;

    /// <summary>The same for a script, of which it hands on whether it did well.</summary>
    public const string CallOfScript = """
        param($private:command, $private:arguments, $private:failed, $private:ended)
        $_ = $null
        try { & $private:command @private:arguments *>&1; $private:ended.Invoke($?) } catch { $private:failed.Invoke($_) }
        """;
}
