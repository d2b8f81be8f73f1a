namespace ClaudeBatch.Commands;

/// <summary>What a line says about the calls of tools that it runs: the parameters that Invoke- and Resume-ClaudeBatch both have.</summary>
internal interface IToolLine
{
    /// <summary>The tools that the line names; null for none.</summary>
    object[]? Tool { get; }

    /// <summary>The most rounds of a conversation.</summary>
    int MaxRounds { get; }

    /// <summary>How long rows that are ready for their next round wait for others that still run.</summary>
    TimeSpan RoundWait { get; }

    /// <summary>The names of the tools whose calls may run again where nobody knows what became of them.</summary>
    string[] RepeatableTool { get; }

    /// <summary>The most characters of an output that the model is told.</summary>
    int MaxToolOutput { get; }

    /// <summary>How deep objects are written as JSON.</summary>
    int Depth { get; }

    /// <summary>After how long a call is stopped; zero for never.</summary>
    TimeSpan ToolTimeout { get; }
}
