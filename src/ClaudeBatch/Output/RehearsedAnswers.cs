using System.Collections;
using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text;
using System.Text.Json;
using ClaudeBatch.Core;
using ClaudeBatch.Emulator;
using ClaudeBatch.Json;

namespace ClaudeBatch;

/// <summary>The answers of a rehearsal: a script block that is asked for each request of a part before it is sent, or a table by custom id.</summary>
internal sealed class RehearsedAnswers
{
    private readonly ScriptBlock? _block;

    private readonly Dictionary<string, string?> _byId = new(StringComparer.Ordinal);

    // A script block runs only in the shell that it was written in.
    private readonly Guid? _shell = Runspace.DefaultRunspace?.InstanceId;

    private readonly ConcurrentDictionary<Guid, bool> _answered = [];

    public RehearsedAnswers(ScriptBlock block) => _block = block;

    public RehearsedAnswers(IDictionary byId)
    {
        foreach (DictionaryEntry entry in byId)
        {
            _byId[JsonText.Text(entry.Key)] = TextOf(entry.Value);
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

        store.Fill(bodyPath, (id, parameters, prompt) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return _block is null ? _byId.GetValueOrDefault(id) : Ask(_block, id, parameters, prompt);
            }
            catch (PipelineStoppedException) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
        });
        _answered[part] = true;
    }

    private static string? Ask(ScriptBlock block, string id, JsonElement parameters, string prompt)
    {
        try
        {
            PSObject request = new();
            request.Properties.Add(new PSNoteProperty("CustomId", id));
            request.Properties.Add(new PSNoteProperty("Prompt", prompt));
            request.Properties.Add(new PSNoteProperty("Params", ObjectView.Parse(Encoding.UTF8.GetBytes(parameters.GetRawText()))));
            // What goes on after an error would be answered as if nothing had happened.
            List<PSVariable> variables =
            [
                new PSVariable("_", request), new PSVariable("PSItem", request),
                new PSVariable("ErrorActionPreference", ActionPreference.Stop),
            ];
            PSObject?[] given = [.. block.InvokeWithContext(null, variables, request)];
            return given switch
            {
                [] => null,
                [var only] => TextOf(only),
                _ => TextOf(given),
            };
        }
        catch (Exception e) when (e is RuntimeException and not PipelineStoppedException or ClaudeBatchException)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidRequest,
                "ScriptBlockFailed",
                $"The script block of the emulator's Answers failed for '{id}': {Sentence.Of(e.Message)} Nothing of its part was sent.",
                e)
            { Target = id };
        }
    }

    private static string? TextOf(object? value) => ForeignValue.Bare(value) is not { } bare ? null
        : ScalarText.Of(bare) ?? Encoding.UTF8.GetString(JsonText.Write(value));
}
