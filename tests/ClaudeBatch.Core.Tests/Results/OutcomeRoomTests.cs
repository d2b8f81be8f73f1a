using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Core.Tests.Results;

public sealed class OutcomeRoomTests
{
    [Fact]
    public void A_room_taken_again_has_nothing_of_the_batch_before()
    {
        OutcomeRoom room = OutcomeRoom.Take(10);
        room.Add(0, "a"u8);
        room.Add(1, "b"u8);
        room.Outcomes[1] = new OutcomeRecord { Row = 1, WordsIndex = room.IndexOf(new OutcomeWords(Outcome.Succeeded)), ResultLength = 7 };
        room.GiveBack();

        // It is the same room again, or a new one where another test has taken the first.
        OutcomeRoom again = OutcomeRoom.Take(5);
        again.Add(7, "c"u8);
        again.Add(8, "a"u8);

        Assert.Equal((2, 0, 1, -1), (again.Ids.Count, again.Ids.Find("c"u8), again.Ids.Find("a"u8), again.Ids.Find("b"u8)));
        Assert.Equal(1, again.IndexOf(new OutcomeWords(Outcome.Expired)));
        Assert.Equal([new OutcomeRecord { Row = 7 }, new OutcomeRecord { Row = 8 }], again.Outcomes.ToArray());
        GC.KeepAlive(room);
    }

    [Fact]
    public void It_grows_for_a_batch_whose_requests_are_not_known_before()
    {
        OutcomeRoom room = new(0);
        for (int i = 0; i < 1_000; i++)
        {
            room.Add(i, BitConverter.GetBytes(i));
        }

        Assert.Equal(Enumerable.Range(0, 1_000), room.Outcomes.ToArray().Select(static o => (int)o.Row));
    }
}
