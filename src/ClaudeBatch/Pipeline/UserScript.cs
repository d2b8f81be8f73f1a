using System.Collections.ObjectModel;
using System.Management.Automation;
using ClaudeBatch.Core;

namespace ClaudeBatch.Pipeline;

/// <summary>Runs script blocks that the user has given to parameters.</summary>
internal static class UserScript
{
    /// <summary>Runs a block, which gets an item as <c>$_</c>.</summary>
    /// <param name="block">The script block.</param>
    /// <param name="item">The item.</param>
    /// <param name="failed">Makes what is thrown of a sentence that says why the block failed, and of the exception.</param>
    /// <param name="stopsAtErrors">
    /// Whether any error ends the block: what goes on after one would give a value as if nothing had happened.
    /// </param>
    /// <param name="arguments">The arguments of the block.</param>
    /// <exception cref="PipelineStoppedException">The user has stopped the pipeline.</exception>
    public static Collection<PSObject?> Run(
        ScriptBlock block, object? item, Func<string, Exception, Exception> failed, bool stopsAtErrors = false, params object?[] arguments)
    {
        List<PSVariable> variables = [new PSVariable("_", item), new PSVariable("PSItem", item)];
        if (stopsAtErrors)
        {
            variables.Add(new PSVariable("ErrorActionPreference", ActionPreference.Stop));
        }

        try
        {
            return block.InvokeWithContext(null, variables, arguments);
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw failed(Sentence.Of(e.Message), e);
        }
        catch (FlowControlException e)
        {
            // It would end the loop of the user around the line, or else the whole script, without a word.
            string why = e is ExitException ? "which would end the whole script" : "for which there is no loop in it";
            throw failed($"It was ended by '{Word(e)}', {why}.", e);
        }
    }

    /// <summary>Gives the word of the language that throws the exception.</summary>
    public static string Word(Exception flow)
        => flow.GetType().Name.Replace("Exception", string.Empty, StringComparison.Ordinal).ToLowerInvariant();
}
