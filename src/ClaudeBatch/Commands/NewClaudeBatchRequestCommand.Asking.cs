using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Text;
using ClaudeBatch.Core;
using ClaudeBatch.Core.Requests;
using ClaudeBatch.Json;
using ClaudeBatch.Rows;

namespace ClaudeBatch.Commands;

/// <content>What is asked of a row, and what names its request.</content>
public sealed partial class NewClaudeBatchRequestCommand
{
    private Func<string, Attachment> Opener(bool isImage)
    {
        if (Upload)
        {
            UploadedAttachments uploads = _uploads ??= new UploadedAttachments();
            return place => uploads.Of(place, isImage);
        }

        return isImage ? Attachment.Image : Attachment.Document;
    }

    // The templates in which a column may be misspelt, with the names of their parameters.
    private IEnumerable<(string Parameter, TextTemplate Template)> Templates()
    {
        if (_prompt?.Template is { } prompt)
        {
            yield return (nameof(Prompt), prompt);
        }

        if (_customId?.Template is { } customId)
        {
            yield return (nameof(CustomId), customId);
        }

        if (_messages?.Texts is { } messages)
        {
            yield return (nameof(Message), messages);
        }
    }

    [MethodImpl(Hot.AtOnce)]
    private string PromptOf(ShellRow? row)
    {
        if (_prompt is null && row is not { IsText: true })
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "PromptMissing",
                row is { Heading: null, Bare: global::System.Collections.IList }
                    ? "The row is a list: pipe its elements one by one, or say what to ask with -Prompt, such as -Prompt '{{_}}'."
                    : "The row is not text; say what to ask with -Prompt, such as -Prompt '{{Body}}'.");
        }

        string prompt = _prompt is null
            ? (string)row!.Bare
            : _prompt.Render(row);
        return string.IsNullOrWhiteSpace(prompt)
            ? throw new ClaudeBatchException(
                FailureKind.InvalidRequest,
                "PromptEmpty",
                "The prompt is empty or has nothing but white space; the service refuses such text.")
            : JsonText.Valid(prompt);
    }

    // Without -CustomId the id is made from the row and not from the request, so that a changed system prompt gives a conflict and not
    // a second, paid set of requests.
    [MethodImpl(Hot.AtOnce)]
    private string Id(ShellRow? row, string asked)
    {
        if (_customId is not null)
        {
            string given = _customId.Render(row);
            return Core.Requests.CustomId.Fault(given) is { } fault
                ? throw new ClaudeBatchException(
                    FailureKind.InvalidRequest,
                    "CustomIdInvalid",
                    $"The custom id {fault}")
                { Target = given }
                : given;
        }

        return _contentIds.Next(
            row is null ? Encoding.UTF8.GetBytes(asked)
            : _source!.SaysNothing ? [.. _source.Identity(), .. Encoding.UTF8.GetBytes(asked)]
            : _source.Identity());
    }
}
