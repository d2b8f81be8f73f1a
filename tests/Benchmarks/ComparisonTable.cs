using System.Text;

namespace ClaudeBatch.Benchmarks;

/// <summary>A goal: the largest allowed ratio of our time to a peer's.</summary>
internal sealed record Goal(Contestant Peer, double Ratio);

/// <summary>A row of a table: a work of ours, and what it is compared with.</summary>
/// <param name="Work">The work.</param>
/// <param name="Words">What the table calls it.</param>
/// <param name="Goal">Its goal, if it has one.</param>
internal sealed record ComparedWork(Work Work, string Words, Goal? Goal = null)
{
    /// <summary>The peers' work that it is compared with: they know no second time and no other way.</summary>
    public Work PeerWork { get; init; } = Work;

    /// <summary>The baseline's work that it is compared with.</summary>
    public Work BaselineWork { get; init; } = Work;

    public Work WorkOf(Contestant who) => who == Contestant.Baseline ? BaselineWork : PeerWork;
}

/// <summary>A table of our times beside those of the contestants that were measured.</summary>
/// <param name="Title">The heading over the table.</param>
/// <param name="Node">What the column of the Node peer is called.</param>
/// <param name="Works">The rows; one that was not measured is left out.</param>
internal sealed record ComparisonTable(string Title, string Node, ComparedWork[] Works)
{
    private static readonly Contestant[] s_others = [Contestant.Baseline, Contestant.TypeScript, Contestant.LeanCSharp, Contestant.CSharp, Contestant.Floor];

    public void AppendTo(StringBuilder text, Taken taken)
    {
        ComparedWork[] works = [.. Works.Where(w => taken.Has(w.Work, Contestant.Ours))];
        if (works.Length == 0)
        {
            return;
        }

        Contestant[] others = [.. s_others.Where(o => works.Any(w => taken.Has(w.WorkOf(o), o)))];
        text.Append('\n').Append(Title).Append("\n\n| Work | Ours | Peak |");
        text.AppendJoin(null, others.Select(o => $" {Name(o)} |")).Append(" Goal |\n|---|---|---|");
        text.AppendJoin(null, others.Select(static _ => "---|")).Append("---|\n");
        foreach (ComparedWork work in works)
        {
            text.Append("| ").AppendJoin(" | ", work.Words, taken.Times(work.Work, Contestant.Ours), taken.Peak(work.Work, Contestant.Ours)).Append(" |");
            text.AppendJoin(null, others.Select(o => Cells(taken, work, o))).Append(' ').Append(Verdict(taken, work)).Append(" |\n");
        }
    }

    private static string Cells(Taken taken, ComparedWork work, Contestant other)
    {
        Work others = work.WorkOf(other);
        return taken.Has(others, other)
            ? Taken.Format($" {Ratio(taken, work, other):0.00} × {taken.Times(others, other)}, {taken.Peak(others, other)} |")
            : "  |";
    }

    private string Verdict(Taken taken, ComparedWork work)
    {
        if (work.Goal is not { } goal)
        {
            return string.Empty;
        }

        string verdict = taken.Has(work.WorkOf(goal.Peer), goal.Peer) ? Taken.Met(Ratio(taken, work, goal.Peer) <= goal.Ratio) : "not measured";
        return Taken.Format($"≤ {goal.Ratio} × {Name(goal.Peer)}: {verdict}");
    }

    private static double Ratio(Taken taken, ComparedWork work, Contestant other)
        => taken.Seconds(work.Work, Contestant.Ours) / taken.Seconds(work.WorkOf(other), other);

    private string Name(Contestant who) => who switch
    {
        Contestant.TypeScript => Node,
        Contestant.LeanCSharp => "lean C# SDK",
        Contestant.CSharp => "typed C# SDK",
        Contestant.Baseline => "baseline",
        _ => "floor",
    };
}
