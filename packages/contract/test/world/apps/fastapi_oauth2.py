# FastAPI's tutorial "Simple OAuth2 with Password and Bearer", with the notes of each user.
import sys
from typing import Dict, List, Optional
from uuid import UUID, uuid4

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, status
from fastapi.middleware.cors import CORSMiddleware
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from pydantic import BaseModel, Field

users = {
    "johndoe": {"username": "johndoe", "full_name": "John Doe", "email": "johndoe@example.com", "password": "secret"},
    "alice": {"username": "alice", "full_name": "Alice", "email": "alice@example.com", "password": "secret2"},
}
tokens = {"token-of-johndoe": "johndoe", "token-of-alice": "alice"}
app = FastAPI(title="Notes with a sign-in")
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="token")


class Message(BaseModel):
    detail: str


class User(BaseModel):
    username: str
    email: Optional[str] = None
    full_name: Optional[str] = None


class Token(BaseModel):
    access_token: str
    token_type: str


class NoteIn(BaseModel):
    text: str = Field(max_length=500)
    done: bool = False


class Note(NoteIn):
    id: UUID


refused = {401: {"model": Message}}
missing = {**refused, 404: {"model": Message}}
notes: Dict[str, Dict[UUID, Note]] = {name: {} for name in users}


def get_current_user(token: str = Depends(oauth2_scheme)) -> User:
    if token not in tokens:
        raise HTTPException(
            status_code=status.HTTP_401_UNAUTHORIZED,
            detail="Invalid authentication credentials",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return User(**users[tokens[token]])


@app.post("/token", response_model=Token, responses={400: {"model": Message}})
def login(form_data: OAuth2PasswordRequestForm = Depends()):
    user = users.get(form_data.username)
    if not user or user["password"] != form_data.password:
        raise HTTPException(status_code=400, detail="Incorrect username or password")
    return {"access_token": f"token-of-{user['username']}", "token_type": "bearer"}


@app.get("/users/me", response_model=User, responses=refused)
def read_users_me(current_user: User = Depends(get_current_user)):
    return current_user


@app.get("/notes", response_model=List[Note], responses=refused)
def list_notes(user: User = Depends(get_current_user)):
    return list(notes[user.username].values())


@app.post("/notes", response_model=Note, status_code=201, responses=refused)
def create_note(note: NoteIn, user: User = Depends(get_current_user)):
    made = Note(id=uuid4(), **note.dict())
    notes[user.username][made.id] = made
    return made


def find(note_id: UUID, user: User) -> Note:
    if note_id not in notes[user.username]:
        raise HTTPException(status_code=404, detail="Note not found")
    return notes[user.username][note_id]


@app.get("/notes/{note_id}", response_model=Note, responses=missing)
def read_note(note_id: UUID, user: User = Depends(get_current_user)):
    return find(note_id, user)


@app.put("/notes/{note_id}", response_model=Note, responses=missing)
def replace_note(note_id: UUID, note: NoteIn, user: User = Depends(get_current_user)):
    find(note_id, user)
    notes[user.username][note_id] = Note(id=note_id, **note.dict())
    return notes[user.username][note_id]


@app.delete("/notes/{note_id}", status_code=204, responses=missing)
def delete_note(note_id: UUID, user: User = Depends(get_current_user)):
    find(note_id, user)
    del notes[user.username][note_id]


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
