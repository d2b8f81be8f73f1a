namespace ClaudeBatch.Benchmarks;

internal enum Work
{
    Submit,
    Collect,
    CollectWarm,
    ReadAgain,
    Text,
    Rows,
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
