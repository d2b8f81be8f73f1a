using System.Management.Automation;
using System.Text;
using ClaudeBatch.Json;

namespace ClaudeBatch.Rows;

/// <summary>The messages of a conversation, which are the same for every row, or which a script block makes for each row.</summary>
internal sealed class RowMessages
{
    private readonly byte[] _same = [];

    private readonly ScriptBlock? _block;

    public RowMessages(object[] given)
    {
        _block = given is [{ } only] && (only is PSObject wrapped ? wrapped.BaseObject : only) is ScriptBlock block ? block : null;
        _same = _block is null ? JsonText.Write(given) : [];
    }

    public byte[] Render(object? value, ShellRow? row)
        => _block is null ? _same : JsonText.Write(RowText.Invoke(_block, value, row, "Message").Select(static o => (object?)o).ToArray());
}
