using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace ClaudeBatch.Tools;

/// <summary>What a command has written, and the text that the model is told of it.</summary>
internal sealed class ToolOutput(ToolLimits limits)
{
    private const string FormatSpace = "Microsoft.PowerShell.Commands.Internal.Format.";

    private readonly List<PSObject?> _objects = [];

    private readonly List<string> _errors = [];

    private readonly List<object> _notes = [];

    // Of a command that writes without end, only what may be told is kept.
    private long _kept;

    private long _dropped;

    private bool _hasFailed;

    private bool _isAtFault;

    /// <summary>Whether the call has failed: it was ended by an error, or there is nothing but errors.</summary>
    public bool IsError => _hasFailed || (_isAtFault && _objects.Count == 0);

    /// <summary>What was written for the user: warnings, lines for the host and the like.</summary>
    public IReadOnlyList<object> Notes => _notes;

    /// <summary>Takes an object of any of the command's streams.</summary>
    public void Take(object? written)
    {
        switch (written is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : written)
        {
            case ErrorRecord error:
                // What a program writes there need be no error; many tell their progress so.
                _isAtFault |= !error.FullyQualifiedErrorId.StartsWith("NativeCommandError", StringComparison.Ordinal);
                Add(error.ToString());
                break;
            case InformationalRecord or InformationRecord:
                _notes.Add(written is PSObject note ? note.BaseObject : written!);
                break;
            case string text when _kept > limits.MaxOutput:
                _dropped += text.Length + 1;
                break;
            case var other:
                _kept += (other as string)?.Length + 1 ?? 0;
                _objects.Add(written is null ? null : PSObject.AsPSObject(written));
                break;
        }
    }

    /// <summary>Takes why the call was ended.</summary>
    public void Fail(string message)
    {
        _hasFailed = true;
        Add(message);
    }

    /// <summary>Gives the text: the output, then the errors. It is empty where there is neither.</summary>
    public string Text()
    {
        IEnumerable<string> lines = _objects.Count > 0 ? _errors.Select(static e => $"Error: {e}") : _errors;
        string errors = Cut(Lines(lines), limits.MaxOutput, 0, string.Empty);
        string output = Output(out string some);
        output = Cut(output, Math.Max(limits.MaxOutput - errors.Length, limits.MaxOutput / 2), _dropped, some);
        return output.Length == 0 ? errors : errors.Length == 0 ? output : $"{output}\n\n{errors}";
    }

    // The same again says nothing more; a call that goes too deep says it at each level.
    private void Add(string error)
    {
        if (_errors.LastOrDefault() != error)
        {
            _errors.Add(error);
        }
    }

    private string Output(out string some)
    {
        some = string.Empty;
        if (_objects.Count == 0)
        {
            return string.Empty;
        }

        if (_objects.All(static o => o?.BaseObject is string))
        {
            return Lines(_objects.Select(static o => (string)o!.BaseObject));
        }

        if (_objects.Any(static o => o?.BaseObject.GetType().FullName!.StartsWith(FormatSpace, StringComparison.Ordinal) == true))
        {
            return Formatted();
        }

        ToolJson json = new(limits);
        string text = json.Write(_objects);
        some = json.IsWhole ? some : "more than ";
        return text;
    }

    // Characters that JSON cannot have are not sent in any other form.
    private static string Lines(IEnumerable<string> lines)
        => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(string.Join('\n', lines)));

    // What Format-Table gives is made for a screen.
    private string Formatted()
        => Lines(ScriptBlock.Create("$args[0] | Microsoft.PowerShell.Utility\\Out-String -Stream -Width 200").Invoke(_objects)
            .Select(static l => l.ToString().TrimEnd())).Trim('\n');

    private static string Cut(string text, int most, long more, string some)
    {
        if (text.Length <= most && more == 0)
        {
            return text;
        }

        int end = Math.Min(most, text.Length);
        end -= end > 0 && char.IsHighSurrogate(text[end - 1]) ? 1 : 0;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{text[..end]}\n[Cut: these are the first {end:N0} of {some}{text.Length + more:N0} characters.]");
    }
}
