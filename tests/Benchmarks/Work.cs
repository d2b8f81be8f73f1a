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

internal enum Who
{
    Ours,
    CSharp,
    TypeScript,
    Floor,
}
