namespace ClaudeBatch.Benchmarks;

/// <summary>The command lines that are measured.</summary>
internal static class Lines
{
    private const string Request = "-Model claude-haiku-4-5 -MaxTokens 300 -Prompt '{{Body}}'";

    private const string Ids = " -CustomId 'msg-{{Id}}'";

    public static string Requests(string job) => $"(Get-ClaudeBatchJob {job}).Requests";

    public static string Answers(string job) => $"(Get-ClaudeBatchJob {job}).Succeeded";

    /// <summary>An instant tool that only reads.</summary>
    public const string Tool = """
        function global:Get-Order {
            <# .SYNOPSIS Finds an order. .PARAMETER Number The order's number. #>
            param([Parameter(Mandatory)][int] $Number)
            "Order $Number was sent on Tuesday."
        }
        """;

    /// <summary>Counts the requests, where each has called the tool twice; fails otherwise.</summary>
    public static string ToolCalls(string job, int count)
        => $"$($calls = 0; Get-ClaudeBatchResult -Job {job} | ForEach-Object {{ $calls += $_.ToolCalls.Count }}; if ($calls -ne {2 * count}) {{ throw \"$calls calls\" }}; {Answers(job)})";

    public static string InvokeWithTool(string rows, string ids, string job)
        => $"Import-Csv '{rows}' | New-ClaudeBatchRequest {Request} -CustomId '{ids}-{{{{Id}}}}' -Tool Get-Order | Invoke-ClaudeBatch -Job {job} -Tool Get-Order -PollInterval 00:00:00.001 -InformationAction Ignore -WarningAction Ignore > $null; ";

    public static string Submit(string file, string job) => $"Submit-ClaudeBatch -Path '{file}' -Job {job} -WarningAction Ignore; ";

    /// <summary>Reads the rows and does nothing with them.</summary>
    public static string Import(string rows) => $"Import-Csv '{rows}' > $null; ";

    public static string SubmitRows(string rows, string job, bool hasIds = true)
        => $"Import-Csv '{rows}' | New-ClaudeBatchRequest {Request}{(hasIds ? Ids : string.Empty)} | Submit-ClaudeBatch -Job {job} -WarningAction Ignore; ";

    public static string SubmitRowsDirect(string rows, string job, bool hasIds = true)
        => $"New-ClaudeBatchRequest -Path '{rows}' {Request}{(hasIds ? Ids : string.Empty)} | Submit-ClaudeBatch -Job {job} -WarningAction Ignore; ";

    public static string Collect(string job) => $"Get-ClaudeBatchResult -Job {job} -InformationAction Ignore > $null; ";

    /// <summary>Reads the text of each answer, as the peers do; fails if one has none.</summary>
    public static string ReadTexts(string job, int count)
        => $"$texts = 0; Get-ClaudeBatchResult -Job {job} -InformationAction Ignore | ForEach-Object {{ if ($_.Text) {{ $texts++ }} }}; if ($texts -ne {count}) {{ throw \"$texts texts\" }}; ";

    /// <summary>Makes objects of which each has a text, for <see cref="ReadReadyTexts"/>.</summary>
    public static string Ready(int count)
        => $"$global:ready = [object[]]::new({count}); [array]::Fill($ready, [ClaudeBatch.BatchResult] @{{ Text = 'x' * 600 }}); ";

    /// <summary>Reads the text of objects that are ready, as <see cref="ReadTexts"/> does: what the shell takes for it by itself.</summary>
    public static string ReadReadyTexts(int count)
        => $"$texts = 0; $ready | ForEach-Object {{ if ($_.Text) {{ $texts++ }} }}; if ($texts -ne {count}) {{ throw \"$texts texts\" }}; ";

    public static string Export(string job, string file) => $"Get-ClaudeBatchResult -Job {job} -InformationAction Ignore | Export-ClaudeBatchResult '{file}' -Force; ";

    public static string ExportDirect(string job, string file) => $"Export-ClaudeBatchResult -Job {job} -Path '{file}' -Force -InformationAction Ignore; ";

    public static string Report(string job, string file) => $"Export-ClaudeBatchReport -Job {job} -Path '{file}' -Force -InformationAction Ignore; ";
}
