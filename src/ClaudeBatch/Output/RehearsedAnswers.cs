using System.Collections;
using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text;
using ClaudeBatch.Core;
using ClaudeBatch.Emulator;
using ClaudeBatch.Json;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch;

/// <summary>The answers of a rehearsal: a script block that is asked for each request of a part before it is sent, or a table by custom id.</summary>
internal sealed class RehearsedAnswers
{
    private readonly ScriptBlock? _block;

    private readonly Dictionary<string, ScriptedAnswer?> _byId = new(StringComparer.Ordinal);

    // A script block runs only in the shell that it was written in.
    private readonly Guid? _shell = Runspace.DefaultRunspace?.InstanceId;

    private readonly ConcurrentDictionary<Guid, bool> _answered = [];

    public RehearsedAnswers(ScriptBlock block) => _block = block;

    public RehearsedAnswers(IDictionary byId)
    {
        foreach (DictionaryEntry entry in byId)
        {
            _byId[JsonText.Text(entry.Key)] = RehearsedContent.AnswerOf(entry.Value);
        }
    }

    /// <summary>
    /// Has the requests of a part answered, once, and stores the answers for its batch. Until the last of them is there nothing is stored.
    /// </summary>
    /// <param name="part">Identifies the part.</param>
    /// <param name="bodyPath">The file that is sent.</param>
    /// <param name="store">Takes the answers.</param>
    /// <param name="cancellationToken">Ends the work between two requests.</param>
    /// <exception cref="ClaudeBatchException"><c>ScriptBlockFailed</c>.</exception>
    public void Answer(Guid part, string bodyPath, AnswerStore store, CancellationToken cancellationToken)
    {
        if (_answered.ContainsKey(part) && store.Has(bodyPath))
        {
            return;
        }

        if (_block is not null && Runspace.DefaultRunspace?.InstanceId != _shell)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ScriptBlockFailed",
                "The script block of the emulator's Answers was given in another shell or thread, and runs only there. Connect here, with "
                    + "Answers of its own; nothing was sent.");
        }

        store.Fill(bodyPath, asked =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return _block is null ? _byId.GetValueOrDefault(asked.CustomId) : Ask(_block, asked);
            }
            catch (PipelineStoppedException) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
        });
        _answered[part] = true;
    }

    private static ScriptedAnswer? Ask(ScriptBlock block, AskedRequest asked)
    {
        ClaudeBatchException Failed(string why, Exception cause) => new(
            FailureKind.InvalidRequest,
            "ScriptBlockFailed",
            $"The script block of the emulator's Answers failed for '{asked.CustomId}': {why} Nothing of its part was sent.",
            cause)
        { Target = asked.CustomId };
        try
        {
            PSObject request = new();
            request.Properties.Add(new PSNoteProperty("CustomId", asked.CustomId));
            request.Properties.Add(new PSNoteProperty("Prompt", asked.Prompt));
            request.Properties.Add(new PSNoteProperty("Round", asked.Round));
            request.Properties.Add(new PSNoteProperty("ToolResults", asked.ToolResults.Select(View).ToArray()));
            request.Properties.Add(new PSNoteProperty("Params", ObjectView.Parse(Encoding.UTF8.GetBytes(asked.Params.GetRawText()))));
            PSObject?[] given = [.. UserScript.Run(block, request, Failed, stopsAtErrors: true, request)];
            return given switch
            {
                [] => null,
                [var only] => RehearsedContent.AnswerOf(only),
                _ => RehearsedContent.AnswerOf(given),
            };
        }
        catch (Exception e) when (e is ArgumentException
            or RuntimeException and not PipelineStoppedException or ClaudeBatchException { Id: not "ScriptBlockFailed" })
        {
            throw Failed(Sentence.Of(e.Message), e);
        }
    }

    private static PSObject View(GivenToolResult result)
    {
        PSObject view = new();
        view.Properties.Add(new PSNoteProperty(nameof(result.Id), result.Id));
        view.Properties.Add(new PSNoteProperty(nameof(result.Content), result.Content));
        view.Properties.Add(new PSNoteProperty(nameof(result.IsError), result.IsError));
        return view;
    }
}
