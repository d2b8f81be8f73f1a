using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Extensions;
using ArchUnitNET.Loader;

namespace ClaudeBatch.Architecture.Tests;

/// <summary>
/// A folder needs only folders below it, in the order of docs/architecture.md. A constant that one folder takes from another leaves no
/// trace in the assembly, so these tests do not see it.
/// </summary>
public sealed class LayersTests
{
    /// <summary>The folders from the bottom to the top. Folders of one line do not need each other.</summary>
    private static readonly string[][] s_core =
    [
        ["ClaudeBatch.Core"],
        ["ClaudeBatch.Core.Json"],
        ["ClaudeBatch.Core.Api"],
        ["ClaudeBatch.Core.Ledger.Files", "ClaudeBatch.Core.Models", "ClaudeBatch.Core.Identity"],
        ["ClaudeBatch.Core.Ledger.Sqlite", "ClaudeBatch.Core.Requests"],
        ["ClaudeBatch.Core.Ledger"],
        ["ClaudeBatch.Core.Account", "ClaudeBatch.Core.Costs"],
        ["ClaudeBatch.Core.Uploads"],
        ["ClaudeBatch.Core.Input", "ClaudeBatch.Core.Results"],
        ["ClaudeBatch.Core.Sending", "ClaudeBatch.Core.Retries", "ClaudeBatch.Core.Rounds", "ClaudeBatch.Core.Measures"],
        ["ClaudeBatch.Core.Running"],
    ];

    private static readonly string[][] s_module =
    [
        ["ClaudeBatch.Json"],
        ["ClaudeBatch.Pipeline"],
        ["ClaudeBatch.Rows"],
        ["ClaudeBatch"],
        ["ClaudeBatch.Output", "ClaudeBatch.Scheduling", "ClaudeBatch.Sessions", "ClaudeBatch.Tools"],
        ["ClaudeBatch.Completers"],
        ["ClaudeBatch.Commands"],
    ];

    private static readonly ArchUnitNET.Domain.Architecture s_architecture = new ArchLoader()
        .LoadFilteredDirectory(AppContext.BaseDirectory, "ClaudeBatch.dll")
        .LoadFilteredDirectory(AppContext.BaseDirectory, "ClaudeBatch.Core.dll")
        .LoadFilteredDirectory(AppContext.BaseDirectory, "ClaudeBatch.Emulator.dll")
        .Build();

    [Fact]
    public void Folders_of_the_engine_look_only_down() => Assert.Empty(Upward(s_core));

    [Fact]
    public void Folders_of_the_module_look_only_down() => Assert.Empty(Upward(s_module));

    [Fact]
    public void Every_folder_has_its_place()
    {
        HashSet<string> known = [.. s_core.Concat(s_module).SelectMany(static line => line)];
        IEnumerable<string> there = Ours().Select(static t => t.Namespace.FullName).Where(static n => !n.StartsWith("ClaudeBatch.Emulator", StringComparison.Ordinal));
        Assert.Empty(there.Distinct().Except(known));
    }

    [Fact]
    public void Only_the_ledger_speaks_SQL()
    {
        string[] sql = ["ClaudeBatch.Core.Ledger.Sqlite.LedgerDatabase", "ClaudeBatch.Core.Ledger.Sqlite.LedgerStatement", "Microsoft.Data.Sqlite.SqliteCommand"];
        Assert.Empty(Arrows(static n => !n.StartsWith("ClaudeBatch.Core.Ledger", StringComparison.Ordinal), target => sql.Contains(target.FullName)));
    }

    [Fact]
    public void The_engine_knows_no_PowerShell()
        => Assert.Empty(Arrows(static n => n.StartsWith("ClaudeBatch.Core", StringComparison.Ordinal), static t => t.FullName.StartsWith("System.Management.Automation", StringComparison.Ordinal)));

    [Fact]
    public void The_emulator_knows_nothing_of_the_engine()
        => Assert.Empty(Arrows(static n => n.StartsWith("ClaudeBatch.Emulator", StringComparison.Ordinal), static t => t.FullName.StartsWith("ClaudeBatch.Core", StringComparison.Ordinal)));

    private static IEnumerable<IType> Ours() => s_architecture.Types.Where(static t => t.Namespace?.FullName.StartsWith("ClaudeBatch", StringComparison.Ordinal) == true);

    private static List<string> Upward(string[][] lines)
    {
        Dictionary<string, int> place = [];
        for (int line = 0; line < lines.Length; line++)
        {
            foreach (string folder in lines[line])
            {
                place[folder] = line;
            }
        }

        return
        [
            .. from type in Ours()
               where place.ContainsKey(type.Namespace.FullName)
               from arrow in type.Dependencies
               where arrow.Target is not GenericParameter
               let to = arrow.Target.Namespace?.FullName ?? string.Empty
               where to != type.Namespace.FullName && place.TryGetValue(to, out int there) && there >= place[type.Namespace.FullName]
               select $"{type.FullName} -> {arrow.Target.FullName}",
        ];
    }

    private static List<string> Arrows(Func<string, bool> from, Func<IType, bool> to) =>
    [
        .. from type in Ours()
           where @from(type.Namespace.FullName)
           from arrow in type.Dependencies
           where to(arrow.Target)
           select $"{type.FullName} -> {arrow.Target.FullName}",
    ];
}
