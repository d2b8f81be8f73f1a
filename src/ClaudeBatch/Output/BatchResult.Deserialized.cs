using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using ClaudeBatch.Core;
using ClaudeBatch.Json;

namespace ClaudeBatch;

/// <content>Results that come back from files, other processes and other machines.</content>
public sealed partial class BatchResult
{
    // The objects, and the texts that they are made from.
    private static readonly string[] s_needed = [nameof(CustomId), nameof(Status), nameof(IsComplete), nameof(Attempt)];

    private static readonly (string Name, string Text)[] s_madeFromText =
    [
        (nameof(Output), nameof(Text)), (nameof(Usage), nameof(Raw)), (nameof(Message), nameof(Raw)), (nameof(Source), nameof(RawSource)),
        (nameof(ToolCalls), nameof(Raw)), (nameof(Citations), nameof(Raw)), (nameof(Transcript), nameof(RawTranscript)),
    ];

    /// <summary>Returns the result from the pipeline, which may have been deserialized from Clixml or a PowerShell job.</summary>
    /// <exception cref="ClaudeBatchException"><c>ResultInvalid</c>: the value is not a result, or only a part of one.</exception>
    internal static BatchResult From(object? value)
    {
        if ((value is PSObject wrapped ? wrapped.BaseObject : value) is BatchResult result)
        {
            return result;
        }

        PSObject? item = value is null ? null : PSObject.AsPSObject(value);
        if (item?.TypeNames.Any(static t => t.EndsWith("ClaudeBatch.BatchResult", StringComparison.Ordinal)) != true)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument, "ResultInvalid", $"'{value ?? "null"}' is not a result; Get-ClaudeBatchResult gives them.")
            { Target = value };
        }

        // Select-Object leaves a type that says "result". What it has left out would be made up: a success would be told as no answer.
        if (s_needed.FirstOrDefault(n => item.Properties[n] is null) is { } missing)
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ResultInvalid",
                $"'{item.Properties[nameof(CustomId)]?.Value ?? item}' is a part of a result: its {missing} is not there. Pipe the results "
                    + "themselves; Export-ClaudeBatchResult -Property chooses the columns of its file.")
            { Target = value };
        }

        BatchResult again = new()
        {
            _isForcedCall = IsForcedCall(item),
            Others = [.. item.Properties.Select(static p => p.Name).Where(IsOther)],
        };
        foreach (PropertyInfo property in typeof(BatchResult).GetProperties())
        {
            if (item.Properties[property.Name]?.Value is { } kept && !IsMadeFromText(property.Name, kept, item))
            {
                property.SetValue(again, LanguagePrimitives.ConvertTo(kept, property.PropertyType, CultureInfo.InvariantCulture));
            }
        }

        return again;
    }

    /// <summary>The properties that somebody has added to a result which comes from elsewhere; they are no part of it.</summary>
    internal IReadOnlyList<string> Others { get; private init; } = [];

    private static bool IsOther(string name)
        => name is not ("PSComputerName" or "RunspaceId" or "PSShowComputerName" or "PSSourceJobInstanceId")
            && typeof(BatchResult).GetProperty(name) is null;

    private static bool IsForcedCall(PSObject item)
        => item.Properties[nameof(StopReason)]?.Value is Core.Results.Completeness.CallsTools
            && item.Properties[nameof(Output)]?.Value is not null;

    // When the shell writes an object to a file or another process, it cuts what is nested and takes large numbers apart. Texts come whole,
    // and objects are made from them again.
    private static bool IsMadeFromText(string name, object kept, PSObject item)
    {
        if (Array.Find(s_madeFromText, m => m.Name == name).Text is not { } text)
        {
            return false;
        }

        text = name == nameof(Output) && IsForcedCall(item) ? nameof(Raw) : text;
        return item.Properties[text]?.Value is string || (IsCut(name, kept)
            ? throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "ResultInvalid",
                $"{name} of result '{item.Properties[nameof(CustomId)]?.Value}' was cut when it was written: '{kept}'. {text}, from which it "
                    + "could be made again, is not there. Write the results anew, with all their properties.")
            { Target = item }
            : false);
    }

    private static bool IsCut(string name, object kept)
        => JsonText.Write(kept).AsSpan().IndexOf("\"@{"u8) >= 0
            || (name is nameof(ToolCalls) or nameof(Citations)
                && LanguagePrimitives.GetEnumerable(kept)?.Cast<object>().Any(static o => ForeignValue.Bare(o) is string) == true);
}
