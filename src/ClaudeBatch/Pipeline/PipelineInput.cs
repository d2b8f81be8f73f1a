using System.Management.Automation;

namespace ClaudeBatch.Pipeline;

/// <summary>The objects of a cmdlet's input, whether they came through the pipeline or as an argument.</summary>
internal static class PipelineInput
{
    /// <summary>
    /// Gives the objects of the current input one by one. A list that is an argument is taken apart as the shell takes one apart that is
    /// piped: arrays and the rows of a table, but no text and no dictionary. What came through the pipeline is one object already.
    /// </summary>
    public static IEnumerable<object?> Of(PSCmdlet cmdlet, object? given)
        => !cmdlet.MyInvocation.ExpectingInput && LanguagePrimitives.GetEnumerable(given) is { } items ? items.Cast<object?>() : [given];
}
