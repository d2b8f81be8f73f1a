namespace ClaudeBatch.Benchmarks;

internal enum Work
{
    Submit,
    Collect,
    CollectWarm,
    ReadAgain,
    Text,
    Rows,
    Csv,
    Render,
    Ledger,
    Import,
}

internal enum Contestant
{
    Ours,
    CSharp,
    TypeScript,
    Floor,
}
