namespace ClaudeBatch.Benchmarks;

/// <summary>A part of a run, which can be run alone.</summary>
internal enum Part
{
    Journey,
    Submit,
    Collect,
    Export,
    Rows,
    Import,
    Rounds,
    Growth,
    Poll,
}

/// <summary>What is measured. Warm is the second time in one shell.</summary>
internal enum Work
{
    JourneyByPipeline,
    JourneyDirect,
    Submit,
    SubmitWarm,
    Collect,
    CollectWarm,
    ReadAgain,
    ReadAgainWarm,
    ShellAlone,
    ShellAloneWarm,
    RowsByPipeline,
    RowsDirect,
    ExportCsv,
    ExportJsonLines,
    ExportDirect,
    Report,
    Ledger,
    Import,
    OneBatch,
    ThreeRounds,
}

internal enum Contestant
{
    Ours,
    Baseline,
    LeanCSharp,
    CSharp,
    TypeScript,
    Floor,
}
